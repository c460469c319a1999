type Step = "created" | "paid" | "packed" | "shipped" | "returned";
type Guard = (order: Order) => boolean;

const TRANSITIONS: Record<Step, Step[]> = {
  created: ["paid"],
  paid: ["packed"],
  packed: ["shipped"],
  shipped: ["returned"],
  returned: [],
};

export interface Order {
  id: string;
  customer: string;
  step: Step;
  lines: { sku: string; amount: number }[];
}

export class Stock {
  private readonly amounts = new Map<string, number>();
  private readonly reservations = new Map<string, Map<string, number>>();
  private readonly movements: { sku: string; delta: number }[] = [];
  private readonly backorders: Order[] = [];
  private readonly lowWatermarks: Record<string, number> = {};

  receive(sku: string, amount: number): void {
    this.amounts.set(sku, (this.amounts.get(sku) ?? 0) + amount); // grows amounts
    this.movements.push({ sku, delta: amount }); // grows movements
    for (let i = 0; i < this.backorders.length; i++) {
      if (this.backorders[i]!.lines.some((line) => line.sku === sku)) this.backorders.splice(i--, 1);
    }
  }

  reserve(order: Order): boolean {
    const wanted = new Map<string, number>();
    for (const { sku, amount } of order.lines) wanted.set(sku, amount);
    for (const [sku, amount] of wanted) {
      if ((this.amounts.get(sku) ?? 0) < amount) {
        this.backorders.push(order); // bounded backorders
        return false;
      }
    }
    this.reservations.set(order.id, wanted); // bounded reservations
    return true;
  }

  ship(order: Order): void {
    for (const [sku, amount] of this.reservations.get(order.id) ?? []) {
      const left = this.amounts.get(sku)! - amount;
      this.amounts.set(sku, left); // unsure amounts
      this.lowWatermarks[sku] = Math.min(this.lowWatermarks[sku] ?? left, left); // grows lowWatermarks
    }
    this.reservations.delete(order.id);
  }
}

export class Workflow {
  static #guards: Partial<Record<Step, Guard[]>> = {};
  static #hooks: ((order: Order, to: Step) => void)[] = [];
  readonly #orders: { [id: string]: Order } = {};
  readonly #entered = new Map<Step, Set<string>>();
  readonly #timeline: Map<string, [Step, number][]> = new Map();
  readonly #rejections: string[] = [];
  readonly #perDay: number[] = [];
  readonly #emails: Promise<void>[] = [];
  readonly #customers = new Set<string>();
  #archive: readonly Order[] = [];

  static guard(step: Step, guard: Guard): void {
    (this.#guards[step] ??= []).push(guard); // grows #guards
  }

  static hook(hook: (order: Order, to: Step) => void): void {
    Workflow.#hooks.push(hook); // grows #hooks
  }

  open(order: Order): void {
    this.#orders[order.id] = order; // bounded #orders
    this.#customers.add(order.customer); // grows #customers
  }

  advance(id: string, to: Step): boolean {
    const order = this.#orders[id];
    if (!order || !TRANSITIONS[order.step].includes(to)) {
      this.#rejections.push(`${id}: ${to}`); // grows #rejections
      return false;
    }
    if (Workflow.#guards[to]?.some((guard) => !guard(order))) return false;
    this.#entered.get(order.step)?.delete(id);
    order.step = to;
    if (!this.#entered.has(to)) this.#entered.set(to, new Set()); // bounded #entered
    this.#entered.get(to)!.add(id); // unsure #entered
    const line = this.#timeline.get(id) ?? [];
    this.#timeline.set(id, line.concat([[to, Date.now()]])); // grows #timeline
    if (to === "returned") {
      this.#archive = this.#archive.concat(order); // grows #archive
      delete this.#orders[id];
    }
    for (const hook of Workflow.#hooks) hook(order, to);
    return true;
  }

  notify(send: () => Promise<void>): void {
    const sending = send().then(() => {
      const at = this.#emails.indexOf(sending);
      this.#emails.splice(at, 1);
    });
    this.#emails.push(sending); // bounded #emails
  }

  closeDay(count: number): void {
    if (this.#perDay.length === 31) this.#perDay.shift();
    this.#perDay.push(count); // bounded #perDay
  }
}

export function* numbered(prefix: string): Generator<string> {
  const issued: string[] = [];
  for (let i = 1; ; i++) {
    const id = `${prefix}-${i}`;
    issued.push(id); // unsure issued
    yield id;
  }
}

export const pricing = {
  rules: [] as { sku: RegExp; factor: number }[],
  quotes: new Map<string, number>(),
  lookups: 0,

  rule(sku: RegExp, factor: number) {
    this.rules.push({ sku, factor }); // grows rules
    this.quotes.clear();
    return this;
  },

  quote(sku: string, base: number): number {
    this.lookups++;
    const key = `${sku}:${base}`;
    const known = this.quotes.get(key);
    if (known !== undefined) return known;
    const price = this.rules.reduce((p, { sku: s, factor }) => (s.test(sku) ? p * factor : p), base);
    this.quotes.set(key, price); // unsure quotes
    return price;
  },
};
