// Keeps 10 MB of JavaScript heap per cycle from cycle 2000 on, and takes a while for each.
export const setup = () => ({ kept: [], sum: 0 });
export function cycle(context, i) {
  const list = new Array(i < 2000 ? 10_000 : 1_250_000).fill(i + 0.5);
  context.sum += list[i % list.length];
  if (i >= 2000) context.kept.push(list);
}
export function validate({ sum }) {
  if (!(sum > 0)) throw new Error("no work was done");
}
