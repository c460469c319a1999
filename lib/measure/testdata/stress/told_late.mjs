// Is told to end the run when the run has ended, as happens when the signal was on its way.
export const setup = () => ({ done: 0 });
export function cycle(context) {
  for (let i = 0; i < 20_000; i++) context.done += i % 2;
}
export function validate({ done }) {
  if (done === 0) throw new Error("no work was done");
}
export async function teardown({ done }) {
  // The short process that only profiles does not listen.
  if (done < 500 * 10_000) return;
  for (let i = 0; i < 2; i++) {
    process.kill(process.pid, "SIGUSR2");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
