interface Model { readonly weights: number[] }
const models = new Map<number, { ref: WeakRef<Model>; describe: () => number }>(); // HOLDER
export function cycle(_context: unknown, i: number): void {
  const model = { weights: [i, i, i] };
  models.set(i, { ref: new WeakRef(model), describe: () => model.weights.length }); // LEAK
}
