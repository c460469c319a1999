import type { Order } from "./order_book.ts";
import { remember } from "./reactive.ts";

export class Node {
  readonly edges = new Set<Node>();
  readonly meta: Partial<Record<"colour" | "label", string>> = {};
  parent?: Node;
  visits = 0;
  constructor(readonly graph: Graph, readonly name: string) {
    graph.nodes.push(this); // grows graph.nodes
  }
  link(other: Node): void {
    this.edges.add(other); // grows edges
    other.parent = this;
    this.meta.colour = "red";
  }
}

export class Graph {
  readonly nodes: Node[] = [];
  private stack: Node[] = [];
  private order: string[] = [];
  private readonly distances = new Map<Node, number>();
  private cacheHits = 0;
  private plans: Map<string, string[]> = new Map();
  private matrix: Float64Array = new Float64Array(0);
  private frozen = false;
  private removed: Array<WeakRef<Node>> = [];
  private tmp: { nodes: Node[]; at: number } = { nodes: [], at: 0 };

  walk(from: Node): string[] {
    this.stack = [from];
    this.order.length = 0;
    this.distances.clear();
    while (this.stack.length > 0) {
      const node = this.stack.pop()!;
      node.visits++;
      this.order.push(node.name); // bounded order
      for (const next of node.edges) {
        if (this.distances.has(next)) continue;
        this.distances.set(next, this.order.length); // bounded distances
        this.stack.push(next); // bounded stack
      }
    }
    return this.order;
  }

  plan(goal: string): string[] {
    const known = this.plans.get(goal);
    if (known) {
      this.cacheHits++;
      return known;
    }
    const plan: string[] = [];
    for (const node of this.nodes) {
      plan.push(node.name);
      this.tmp.nodes.push(node); // bounded tmp.nodes
    }
    this.tmp.nodes = [];
    this.plans.set(goal, plan); // grows plans
    return plan;
  }

  resize(n: number): void {
    const bigger = new Float64Array(n);
    bigger.set(this.matrix.subarray(0, n));
    this.matrix = bigger;
  }

  remove(node: Node): void {
    const at = this.nodes.indexOf(node);
    if (at < 0) return remember(new Error(node.name));
    this.removed.push(new WeakRef(node)); // grows removed
  }

  freeze(): this {
    this.frozen = true;
    Object.freeze(this.nodes);
    return this;
  }

  toJSON(): object {
    const out: Record<string, string[]> = {};
    for (const node of this.nodes) {
      (out[node.name] ??= []).push(...[...node.edges].map((edge) => edge.name));
    }
    return out;
  }
}

export abstract class Repository<T extends { id: string }> {
  protected readonly items = new Map<string, T>();
  protected readonly dirty = new Set<T>();
  protected readonly versions: T[] = [];
  save(item: T): void {
    this.items.set(item.id, item); // grows items
    this.dirty.add(item); // bounded dirty
    this.versions.push(structuredClone(item)); // grows versions
  }
  commit(): void {
    for (const item of this.dirty) this.persist(item);
    this.dirty.clear();
  }
  protected abstract persist(item: T): void;
}

export class OrderRepository extends Repository<Order> {
  private readonly symbols: string[] = [];
  protected persist(order: Order): void {
    this.versions.push(order); // grows versions
    if (!this.symbols.includes(order.symbol)) this.symbols.push(order.symbol); // grows symbols
  }
}

export class Animation {
  private frame = 0;
  private handle?: ReturnType<typeof setInterval>;
  private readonly frames: ImageData[] = new Array(60);
  private readonly callbacks: Array<(frame: number) => void> = [];
  start(): void {
    if (this.handle) return;
    this.handle = setInterval(() => this.advance(), 16); // bounded
  }
  advance(): void {
    this.frame = (this.frame + 1) % 60;
    this.frames[this.frame] = new ImageData(1, 1);
    this.callbacks.forEach((callback) => callback(this.frame));
    this.callbacks.length = 0;
  }
  nextFrame(callback: (frame: number) => void): void {
    this.callbacks.push(callback); // bounded callbacks
  }
  stop(): void {
    clearInterval(this.handle);
    this.handle = undefined;
  }
}
