export const meta = { name: "counts", classes: ["Thing"] };
export class Thing {}
export function setup(options) { return { sum: 0, options }; }
export function cycle(context, i) { context.sum += i; }
export function validate(context) { if (context.sum === 0) throw new Error("sum never moved"); }
