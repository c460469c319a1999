interface Plan { readonly route: string; readonly cost: number }
class Planner {
  readonly #plans = new Map<string, Plan>(); // HOLDER
  plan(from: number, to: number): Plan {
    const route = `${from}-${to}`;
    let plan = this.#plans.get(route);
    if (plan === undefined) {
      plan = { route, cost: Math.hypot(from, to) };
      this.#plans.set(route, plan); // LEAK
    }
    return plan;
  }
}
export function setup(): Planner {
  return new Planner();
}
export function cycle(planner: Planner, i: number): void {
  planner.plan(i, i + 1);
  planner.plan(0, 1);
}
