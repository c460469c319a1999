// Takes a millisecond per cycle, and 200 MB more from cycle 400 on.
export const setup = () => ({ done: 0, kept: null });
export async function cycle(context, i) {
  if (i === 400) context.kept = Buffer.alloc(200e6, 1);
  await new Promise((resolve) => setTimeout(resolve, 1));
  context.done++;
}
export function validate({ done }) {
  if (done === 0) throw new Error("no work was done");
}
