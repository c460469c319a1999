// The C library never frees a value that was in the environment.
const rows = [];

function churn(i) {
  rows.length = 0;
  for (let k = 0; k < 50; k++) rows.push({ i, k });
}

export function cycle(_context, i) {
  churn(i);
  process.env.SETTING = "s".repeat(20_000) + i;
}
