/** A sheet of formulas that are recalculated as cells change; several people edit at once. */

export type CellValue = number | string | boolean | null;
type Address = `${string}${number}`;

interface Edit {
  author: string;
  address: Address;
  before: string;
  after: string;
  at: number;
}

interface Cell {
  source: string;
  value: CellValue;
  error?: string;
}

type Builtin = (...args: CellValue[]) => CellValue;

const builtins: Record<string, Builtin> = {
  SUM: (...args) => args.reduce<number>((sum, arg) => sum + Number(arg), 0),
  LEN: (text) => String(text).length,
};
const parsed = new Map<string, string[]>();
const unknownFunctions = new Set<string>();

export function defineFunction(name: string, fn: Builtin): void {
  builtins[name.toUpperCase()] = fn; // grows builtins
}

function tokenize(source: string): string[] {
  const known = parsed.get(source);
  if (known) return known;
  const tokens: string[] = [];
  let word = "";
  for (const char of source) {
    if (/[A-Z0-9.]/i.test(char)) word += char;
    else {
      if (word) tokens.push(word);
      word = "";
      if (char.trim()) tokens.push(char);
    }
  }
  if (word) tokens.push(word);
  if (parsed.size >= 10_000) parsed.clear();
  parsed.set(source, tokens); // bounded parsed
  return tokens;
}

export class DependencyGraph {
  private readonly dependents = new Map<Address, Set<Address>>();
  private readonly precedents = new Map<Address, Set<Address>>();
  private readonly cycles: Address[][] = [];

  link(from: Address, to: Address): void {
    let users = this.dependents.get(from);
    if (users === undefined) {
      users = new Set();
      this.dependents.set(from, users); // bounded dependents
    }
    users.add(to); // bounded dependents
    const needed = this.precedents.get(to) ?? new Set<Address>();
    needed.add(from); // bounded precedents
    this.precedents.set(to, needed); // bounded precedents
  }

  unlink(to: Address): void {
    for (const from of this.precedents.get(to) ?? []) {
      const users = this.dependents.get(from);
      users?.delete(to);
      if (users?.size === 0) this.dependents.delete(from);
    }
    this.precedents.delete(to);
  }

  order(changed: Address): Address[] {
    const sorted: Address[] = [];
    const visiting = new Set<Address>();
    const visit = (address: Address): void => {
      if (sorted.includes(address)) return;
      if (visiting.has(address)) {
        this.cycles.push([...visiting, address]); // grows cycles
        return;
      }
      visiting.add(address);
      for (const user of this.dependents.get(address) ?? []) visit(user);
      visiting.delete(address);
      sorted.unshift(address);
    };
    visit(changed);
    return sorted;
  }
}

export class Sheet {
  private static readonly opened = new Map<string, WeakRef<Sheet>>();
  private static untitled = 0;
  private readonly cells = new Map<Address, Cell>();
  private readonly graph = new DependencyGraph();
  private readonly edits: Edit[] = [];
  private readonly undone: Edit[] = [];
  private readonly cursors: Record<string, Address> = {};
  private readonly watchers = new Map<Address, ((value: CellValue) => void)[]>();
  private readonly recalculations: { address: Address; ms: number }[] = [];
  private readonly comments: Partial<Record<Address, string[]>> = {};
  private readonly names: { [name: string]: Address } = {};
  private readonly saveErrors: Error[] = [];
  private pendingSave: Promise<void> = Promise.resolve();
  private clipboard: Cell[] = [];
  private changelog = "";

  constructor(readonly title = `Untitled ${++Sheet.untitled}`) {
    Sheet.opened.set(title, new WeakRef(this)); // grows opened
  }

  set(author: string, address: Address, source: string): void {
    const before = this.cells.get(address)?.source ?? "";
    this.edits.push({ author, address, before, after: source, at: Date.now() }); // grows edits
    this.undone.splice(0, this.undone.length);
    if (source === "") {
      this.cells.delete(address);
      this.graph.unlink(address);
    } else {
      this.cells.set(address, { source, value: null }); // bounded cells
      this.graph.unlink(address);
      for (const token of tokenize(source)) {
        if (/^[A-Z]+\d+$/.test(token)) this.graph.link(token as Address, address);
      }
    }
    this.cursors[author] = address; // grows cursors
    this.changelog = [this.changelog, `${author} set ${address}`].join("\n"); // grows changelog
    for (const changed of this.graph.order(address)) this.recalculate(changed);
  }

  private recalculate(address: Address): void {
    const cell = this.cells.get(address);
    if (!cell) return;
    const started = performance.now();
    const [name, ...rest] = tokenize(cell.source);
    const fn = builtins[name ?? ""];
    if (fn) cell.value = fn(...rest.map((token) => this.cells.get(token as Address)?.value ?? token));
    else {
      unknownFunctions.add(name ?? ""); // grows unknownFunctions
      cell.error = "#NAME?";
    }
    this.recalculations.push({ address, ms: performance.now() - started }); // bounded recalculations
    if (this.recalculations.length > 500) this.recalculations.splice(0, 250);
    for (const watcher of this.watchers.get(address) ?? []) watcher(cell.value);
  }

  undo(): void {
    const edit = this.edits.at(-1);
    if (!edit) return;
    this.undone.push(edit); // bounded undone
    this.cells.set(edit.address, { source: edit.before, value: null }); // bounded cells
  }

  watch(address: Address, watcher: (value: CellValue) => void): () => void {
    const list = this.watchers.get(address);
    if (list) list.push(watcher); // bounded watchers
    else this.watchers.set(address, [watcher]); // bounded watchers
    return () => {
      const left = this.watchers.get(address)!.filter((one) => one !== watcher);
      if (left.length > 0) this.watchers.set(address, left);
      else this.watchers.delete(address);
    };
  }

  comment(address: Address, text: string): void {
    const thread = this.comments[address];
    if (thread) thread.push(text); // grows comments
    else this.comments[address] = [text]; // grows comments
  }

  name(name: string, address: Address): void {
    this.names[name] = address; // bounded names
  }

  unname(name: string): void {
    delete this.names[name];
  }

  copy(addresses: Address[]): void {
    this.clipboard = [];
    for (const address of addresses) {
      const cell = this.cells.get(address);
      if (cell) this.clipboard.push({ ...cell }); // bounded clipboard
    }
  }

  save(write: (text: string) => Promise<void>): void {
    const lines: string[] = [];
    for (const [address, { source }] of this.cells) lines.push(`${address}\t${source}`);
    this.pendingSave = this.pendingSave
      .then(() => write(lines.join("\n")))
      .catch((error: Error) => void this.saveErrors.push(error)); // grows saveErrors
  }
}
