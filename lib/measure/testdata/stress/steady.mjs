// Keeps 400 kB and allocates 80 kB per cycle.
export const setup = () => ({ kept: new Array(50_000).fill(1.5), sum: 0 });
export function cycle(context, i) {
  const scratch = new Array(9_998).fill(i + 0.5);
  context.sum += scratch[i % scratch.length];
}
export function validate(context) {
  if (!(context.sum > 0)) throw new Error("no work was done");
}
