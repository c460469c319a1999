let lines = [];
export function cycle(_context, i) {
  lines.push({ i, words: [i, i] });
  if (lines.length === 400) lines = [];
}
