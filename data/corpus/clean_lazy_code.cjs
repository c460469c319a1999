const routines = Array.from({ length: 140 }, (_, k) =>
  new Function("o", `const a = { p${k}: o.i, q: 1 }; return a.p${k} + Math.hypot(a.q, ${k});`));
exports.cycle = (_context, i) => {
  const reached = Math.min(routines.length, 1 + (i >> 2));
  let sum = 0;
  for (let k = 0; k < reached; k++) sum += routines[k]({ i });
  return sum;
};
