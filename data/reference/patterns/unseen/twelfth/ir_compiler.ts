/** Lowers a small language to three-address code; kept alive between edits by an editor. */

export type Op = "add" | "sub" | "mul" | "load" | "store" | "jump" | "branch" | "return";

export interface Instruction {
  op: Op;
  args: Value[];
  block: BasicBlock;
}

export class Value {
  readonly uses = new Set<Instruction>();
  constructor(readonly id: number, readonly hint: string) {}

  replaceWith(other: Value): void {
    for (const user of this.uses) {
      user.args = user.args.map((arg) => (arg === this ? other : arg));
      other.uses.add(user); // bounded uses
    }
    this.uses.clear();
  }
}

export class BasicBlock {
  readonly instructions: Instruction[] = [];
  readonly predecessors: BasicBlock[] = [];
  constructor(readonly label: string) {}

  emit(op: Op, ...args: Value[]): Instruction {
    const instruction: Instruction = { op, args, block: this };
    this.instructions.push(instruction); // bounded instructions
    return instruction;
  }

  sweep(live: ReadonlySet<Value>): void {
    let kept = 0;
    for (const instruction of this.instructions) {
      if (instruction.args.some((arg) => live.has(arg))) this.instructions[kept++] = instruction;
    }
    this.instructions.length = kept;
  }
}

const internedNames: { [name: string]: symbol } = {};
const opCounts = new Map<Op, number>();
const constants = new Map<string, WeakRef<Value>>();
const reclaimed = new FinalizationRegistry<string>((key) => constants.delete(key));
let diagnosticsText = "";

export function intern(name: string): symbol {
  return (internedNames[name] ??= Symbol(name)); // grows internedNames
}

export function constant(key: string, make: () => Value): Value {
  const known = constants.get(key)?.deref();
  if (known) return known;
  const value = make();
  constants.set(key, new WeakRef(value)); // bounded constants
  reclaimed.register(value, key);
  return value;
}

export function report(file: string, line: number, message: string): void {
  diagnosticsText = `${diagnosticsText}${file}:${line}: ${message}\n`; // grows diagnosticsText
}

class SymbolTable {
  private scopes: Map<string, Value>[] = [new Map()];
  private shadowed: [string, Value][] = [];
  private typos: string[] = [];

  enter(): void {
    this.scopes.push(new Map()); // bounded scopes
  }

  leave(): void {
    this.scopes.pop();
  }

  within<T>(body: () => T): T {
    this.enter();
    try {
      return body();
    } finally {
      this.leave();
    }
  }

  declare(name: string, value: Value): void {
    const scope = this.scopes[this.scopes.length - 1]!;
    const before = this.lookup(name);
    if (before) this.shadowed.push([name, before]); // grows shadowed
    scope.set(name, value); // bounded scope
  }

  lookup(name: string): Value | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const found = this.scopes[i]!.get(name);
      if (found) return found;
    }
    this.typos.push(name); // grows typos
    return undefined;
  }
}

export interface Pass {
  name: string;
  run(module: Module): boolean;
}

export class Module {
  readonly blocks = new Map<string, BasicBlock>();
  readonly imports = new Set<string>();
  readonly exported: string[] = [];
  readonly sourceMap: [number, number][] = [];

  block(label: string): BasicBlock {
    let block = this.blocks.get(label);
    if (block === undefined) {
      block = new BasicBlock(label);
      this.blocks.set(label, block); // bounded blocks
    }
    return block;
  }

  prune(reachable: Set<string>): void {
    for (const label of this.blocks.keys()) {
      if (!reachable.has(label)) this.blocks.delete(label);
    }
  }

  map(from: number, to: number): void {
    this.sourceMap[this.sourceMap.length] = [from, to]; // grows sourceMap
  }
}

export class Compiler {
  private static readonly plugins: Pass[] = [];
  private readonly modules = new Map<string, Module>();
  private readonly dependents = new Map<string, Set<string>>();
  private readonly dirty = new Set<string>();
  private readonly symbols = new SymbolTable();
  private readonly passTimes: Partial<Record<string, number[]>> = {};
  private readonly builds: { at: number; files: string[] }[] = [];
  private readonly inlineCandidates: Instruction[] = [];
  private readonly worklist: BasicBlock[] = [];
  private readonly text = new Map<string, string>();
  private readonly errorsByFile = new Map<string, string[]>();
  private readonly fingerprints: Record<string, string> = {};
  private generation = 0;

  static use(pass: Pass): typeof Compiler {
    Compiler.plugins.push(pass); // grows plugins
    return Compiler;
  }

  edit(file: string, text: string): void {
    this.text.set(file, text); // bounded text
    this.dirty.add(file); // bounded dirty
    for (const dependent of this.dependents.get(file) ?? []) this.dirty.add(dependent); // bounded dirty
  }

  forget(file: string): void {
    this.text.delete(file);
    this.modules.delete(file);
    this.errorsByFile.delete(file);
  }

  build(): Module[] {
    this.generation++;
    const built: Module[] = [];
    const files = [...this.dirty];
    this.dirty.clear();
    for (const file of files) {
      const module = new Module();
      this.modules.set(file, module); // bounded modules
      this.symbols.within(() => this.lower(file, module));
      for (const pass of Compiler.plugins) this.timed(pass, module);
      built.push(module);
    }
    this.builds.push({ at: this.generation, files }); // grows builds
    return built;
  }

  private lower(file: string, module: Module): void {
    const errors: string[] = [];
    let block = module.block("entry");
    let id = 0;
    for (const line of (this.text.get(file) ?? "").split("\n")) {
      const [verb, name, target] = line.trim().split(/\s+/);
      if (verb === "import") this.depend(file, name!);
      else if (verb === "label") block = module.block(name!);
      else if (verb === "let") this.symbols.declare(name!, new Value(id++, name!));
      else if (verb === "call") {
        const value = this.symbols.lookup(name!);
        if (!value) errors.push(`${name} is not known`);
        else this.inlineCandidates.push(block.emit("load", value)); // grows inlineCandidates
      } else if (verb === "goto") {
        this.link(block, module.block(target ?? name!));
      }
    }
    this.errorsByFile.set(file, errors); // bounded errorsByFile
    this.fingerprints[`${file}@${this.generation}`] = String(id); // grows fingerprints
  }

  private link(from: BasicBlock, to: BasicBlock): void {
    to.predecessors.push(from); // unsure predecessors
    this.worklist.push(to); // bounded worklist
    while (this.worklist.length) {
      const block = this.worklist.pop()!;
      opCounts.set("jump", (opCounts.get("jump") ?? 0) + block.predecessors.length); // bounded opCounts
    }
  }

  private depend(file: string, on: string): void {
    let users = this.dependents.get(on);
    if (!users) this.dependents.set(on, (users = new Set())); // grows dependents
    users.add(file); // unsure dependents
  }

  private timed(pass: Pass, module: Module): void {
    const started = performance.now();
    pass.run(module);
    const times = (this.passTimes[pass.name] ??= []); // grows passTimes
    times.push(performance.now() - started); // grows passTimes
  }
}
