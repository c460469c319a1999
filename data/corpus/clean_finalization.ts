let collected = 0;
const registry = new FinalizationRegistry<number>((held) => {
  collected += held;
});
export function cycle(): void {
  registry.register({ payload: [1, 2, 3] }, 1);
}
