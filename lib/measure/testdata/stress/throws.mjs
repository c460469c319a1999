export function cycle(_context, i) {
  if (i === 7) throw new Error("out of reach");
}
