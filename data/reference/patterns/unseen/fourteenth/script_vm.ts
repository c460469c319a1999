/** A small virtual machine for scripts: heap, frames, interning, inline caches, host calls. */

export type Value = number | string | boolean | null | Ref;
export type Ref = { readonly ref: number };

export enum Op {
  Push,
  Add,
  Call,
  Return,
  Store,
  Host,
}

interface Code {
  readonly name: string;
  readonly ops: readonly [Op, Value][];
}

interface Frame {
  code: Code;
  at: number;
  locals: Map<string, Value>;
}

const interned = new Map<string, symbol>();
const hostCalls: { [name: string]: (vm: Machine, ...args: Value[]) => Value } = {};
const opNames: string[] = [];

for (const name of Object.keys(Op)) {
  if (Number.isNaN(Number(name))) opNames.push(name);
}

export const intern = (text: string): symbol => {
  const known = interned.get(text);
  if (known) return known;
  const made = Symbol(text);
  interned.set(text, made); // grows interned
  return made;
};

class Heap {
  private readonly cells: (Map<string, Value> | null)[] = [];
  private readonly free: number[] = [];
  private readonly roots = new Set<Ref>();
  private readonly finalizers = new Map<number, () => void>();
  readonly pauses: number[] = [];

  allocate(): Ref {
    const reused = this.free.pop();
    if (reused !== undefined) {
      this.cells[reused] = new Map();
      return { ref: reused };
    }
    this.cells.push(new Map()); // unsure cells
    return { ref: this.cells.length - 1 };
  }

  write({ ref }: Ref, field: string, value: Value) {
    this.cells[ref]!.set(field, value); // unsure cells
  }

  onFree({ ref }: Ref, finalizer: () => void) {
    this.finalizers.set(ref, finalizer); // bounded finalizers
  }

  hold(ref: Ref) {
    this.roots.add(ref); // grows roots
    return ref;
  }

  collect() {
    const started = performance.now();
    const marked = new Set<number>();
    const grey: Ref[] = [...this.roots];
    for (let ref = grey.pop(); ref; ref = grey.pop()) {
      if (marked.has(ref.ref)) continue;
      marked.add(ref.ref);
      for (const value of this.cells[ref.ref]?.values() ?? []) {
        if (value !== null && typeof value === "object") grey.push(value);
      }
    }
    this.cells.forEach((cell, i) => {
      if (cell === null || marked.has(i)) return;
      this.cells[i] = null;
      this.finalizers.get(i)?.();
      this.finalizers.delete(i);
      this.free.push(i); // bounded free
    });
    this.pauses.push(performance.now() - started); // grows pauses
  }
}

class Profile {
  private readonly hits = new Map<Code, number[]>();
  private readonly edges: Record<string, number> = {};
  private readonly byOp = new Array<number>(8).fill(0);
  private readonly samples: { stack: string[]; at: number }[] = [];

  hit(code: Code, at: number, op: Op) {
    let counts = this.hits.get(code);
    if (counts === undefined) {
      counts = code.ops.map(() => 0);
      this.hits.set(code, counts); // unsure hits
    }
    counts[at]!++;
    this.byOp[op]! += 1;
  }

  edge(from: Code, to: Code) {
    const key = `${from.name}>${to.name}`;
    if (key in this.edges) this.edges[key]!++;
    else this.edges[key] = 1; // grows edges
  }

  sample(frames: readonly Frame[]) {
    const stack = frames.map(({ code }) => code.name);
    this.samples.push({ stack, at: performance.now() }); // grows samples
  }
}

export class Machine {
  readonly heap = new Heap();
  private readonly profile = new Profile();
  private stack: Value[] = [];
  private frames: Frame[] = [];
  private readonly globals = new Map<symbol, Value>();
  private readonly modules = new Map<string, Code>();
  private readonly breakpoints = new Map<string, Set<number>>();
  private readonly trace: string[] = [];
  private readonly undoLog: Array<() => void> = [];
  private readonly timers: ReturnType<typeof setInterval>[] = [];
  private output = "";
  private errors: Error[] = [];

  load(name: string, compile: () => Code): Code {
    const found = this.modules.get(name);
    if (found) return found;
    const code = compile();
    this.modules.set(name, code); // grows modules
    return code;
  }

  breakAt(name: string, line: number) {
    const lines = this.breakpoints.get(name) ?? new Set();
    lines.add(line); // bounded breakpoints
    this.breakpoints.set(name, lines); // bounded breakpoints
  }

  clearBreak(name: string, line: number) {
    const lines = this.breakpoints.get(name);
    if (lines?.delete(line) && lines.size === 0) this.breakpoints.delete(name);
  }

  private push(value: Value) {
    this.stack.push(value); // bounded stack
  }

  run(code: Code) {
    this.frames.push({ code, at: 0, locals: new Map() }); // bounded frames
    while (this.frames.length > 0) {
      const frame = this.frames[this.frames.length - 1]!;
      const [op, value] = frame.code.ops[frame.at++]!;
      this.profile.hit(frame.code, frame.at - 1, op);
      if (this.trace.push(`${opNames[op]} ${value}`) > 1000) this.trace.shift(); // bounded trace
      switch (op) {
        case Op.Push:
          this.push(value);
          break;
        case Op.Add:
          this.push(Number(this.stack.pop()) + Number(this.stack.pop()));
          break;
        case Op.Store:
          frame.locals.set(String(value), this.stack.pop()!); // bounded locals
          break;
        case Op.Call: {
          const callee = this.modules.get(String(value))!;
          this.profile.edge(frame.code, callee);
          this.frames.push({ code: callee, at: 0, locals: new Map() }); // bounded frames
          break;
        }
        case Op.Host:
          this.push(this.host(String(value)));
          break;
        case Op.Return:
          this.frames.pop();
      }
    }
  }

  private host(name: string): Value {
    try {
      return hostCalls[name]!(this, this.stack.pop()!);
    } catch (error) {
      this.errors.push(error as Error); // grows errors
      return null;
    }
  }

  set(name: string, value: Value) {
    const key = intern(name);
    const before = this.globals.get(key);
    this.undoLog.push(() => this.globals.set(key, before ?? null)); // bounded undoLog
    this.globals.set(key, value); // grows globals
  }

  rollback() {
    while (this.undoLog.length) this.undoLog.pop()!();
  }

  print(text: string) {
    this.output = this.output + text + "\n"; // grows output
  }

  every(ms: number, code: Code) {
    this.timers.push(setInterval(() => this.run(code), ms)); // bounded timers
  }

  profileEvery(ms: number) {
    const sampler = setInterval(() => this.profile.sample(this.frames), ms); // grows sampler
    sampler.unref();
  }

  halt() {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    this.stack = [];
    this.frames.length = 0;
  }
}

export function defineHost(name: string, call: (vm: Machine, ...args: Value[]) => Value) {
  hostCalls[name] = call; // unsure hostCalls
}

defineHost("print", (vm, text) => {
  vm.print(String(text));
  return null;
});
