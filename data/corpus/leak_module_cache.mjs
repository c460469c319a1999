export async function cycle(_context, i) {
  if (i % 4 !== 0) return;
  const rule = await import(`data:text/javascript,export default (x) => x > ${i}`); // LEAK
  rule.default(i);
}
