export interface Diagnostic {
  file: string;
  line: number;
  message: string;
  severity: Severity;
}

export enum Severity {
  Error,
  Warning,
  Hint,
}

interface Token {
  kind: "word" | "number" | "open" | "close" | "end";
  text: string;
  line: number;
}

class Scope {
  readonly names = new Map<string, number>();
  constructor(readonly parent: Scope | null) {}

  declare(name: string, line: number): void {
    this.names.set(name, line); // unsure names
  }
}

const interned = new Map<string, string>();
const keywords: Record<string, true> = { let: true, if: true, else: true };

export function intern(text: string): string {
  const same = interned.get(text);
  if (same !== undefined) return same;
  interned.set(text, text); // grows interned
  return text;
}

export function addKeyword(word: string): void {
  keywords[word] = true; // grows keywords
}

export class Scanner {
  private position = 0;
  private line = 1;
  private lookahead: Token[] = [];
  private readonly lineStarts: number[] = [0];

  constructor(private text: string) {}

  setText(text: string): void {
    this.text = text;
    this.position = 0;
    this.lookahead = [];
    this.lineStarts.length = 1;
  }

  peek(): Token {
    if (this.lookahead.length === 0) this.lookahead.push(this.scan()); // bounded lookahead
    return this.lookahead[0]!;
  }

  next(): Token {
    return this.lookahead.shift() ?? this.scan();
  }

  private scan(): Token {
    while (/\s/.test(this.text[this.position] ?? "")) {
      if (this.text[this.position++] === "\n") {
        this.line++;
        this.lineStarts.push(this.position); // bounded lineStarts
      }
    }
    const match = /^(\w+|[()])/.exec(this.text.slice(this.position, this.position + 64));
    if (!match) return { kind: "end", text: "", line: this.line };
    this.position += match[0].length;
    return { kind: match[0] === "(" ? "open" : "word", text: intern(match[0]), line: this.line };
  }
}

export class Checker {
  private scopes: Scope[] = [];
  private diagnostics: Diagnostic[] = [];
  private suppressed: Diagnostic[] = [];
  private bySeverity = new Map<Severity, number>();
  private unresolved: Record<string, number[]> = {};
  private checked = new Set<string>();
  private readonly listeners: ((diagnostic: Diagnostic) => void)[] = [];

  check(file: string, scanner: Scanner): Diagnostic[] {
    this.diagnostics = [];
    this.scopes.push(new Scope(this.scopes.at(-1) ?? null)); // bounded scopes
    for (let token = scanner.next(); token.kind !== "end"; token = scanner.next()) {
      if (token.kind === "open") this.scopes.push(new Scope(this.scopes.at(-1)!)); // bounded scopes
      else if (token.kind === "close") this.scopes.pop();
      else if (!this.isKnown(token.text)) {
        (this.unresolved[token.text] ||= []).push(token.line); // grows unresolved
        this.report(file, token.line, `unknown ${token.text}`, Severity.Error);
      }
    }
    this.scopes.pop();
    this.checked.add(file); // grows checked
    return this.diagnostics;
  }

  onDiagnostic(listener: (diagnostic: Diagnostic) => void): void {
    this.listeners.push(listener); // grows listeners
  }

  private isKnown(name: string): boolean {
    for (let scope: Scope | null = this.scopes.at(-1)!; scope; scope = scope.parent) {
      if (scope.names.has(name)) return true;
    }
    return name in keywords;
  }

  private report(file: string, line: number, message: string, severity: Severity): void {
    const diagnostic = { file, line, message, severity };
    this.bySeverity.set(severity, (this.bySeverity.get(severity) ?? 0) + 1); // bounded bySeverity
    if (this.diagnostics.length >= 100) {
      this.suppressed.push(diagnostic); // grows suppressed
      return;
    }
    this.diagnostics.push(diagnostic); // bounded diagnostics
    for (const listener of this.listeners) listener(diagnostic);
  }
}

interface Snapshot {
  version: number;
  text: string;
}

export class Workspace {
  private static readonly workspaces: Workspace[] = [];
  private readonly open = new Map<string, Snapshot>();
  private readonly versions = new Map<string, number[]>();
  private readonly results = new Map<string, { version: number; diagnostics: Diagnostic[] }>();
  private readonly roots: string[] = [];
  private readonly graph = new Map<string, Set<string>>();
  private requests: { method: string; ms: number }[] = [];
  private cancelled = new Set<number>();
  private trace = "";
  private readonly checker = new Checker();

  constructor(root: string) {
    this.roots.push(root); // bounded roots
    Workspace.workspaces.push(this); // grows workspaces
  }

  didOpen(file: string, text: string): void {
    this.open.set(file, { version: 1, text }); // bounded open
    this.versions.set(file, [1]); // grows versions
  }

  didChange(file: string, text: string): void {
    const before = this.open.get(file);
    if (!before) return;
    this.open.set(file, { version: before.version + 1, text }); // bounded open
    this.versions.get(file)?.push(before.version + 1); // grows versions
    this.results.delete(file);
  }

  didClose(file: string): void {
    this.open.delete(file);
  }

  imports(from: string, to: string): void {
    if (!this.graph.has(to)) this.graph.set(to, new Set()); // grows graph
    this.graph.get(to)!.add(from); // grows graph
  }

  diagnose(file: string): Diagnostic[] {
    const snapshot = this.open.get(file);
    if (!snapshot) return [];
    const known = this.results.get(file);
    if (known?.version === snapshot.version) return known.diagnostics;
    const diagnostics = this.checker.check(file, new Scanner(snapshot.text));
    this.results.set(file, { version: snapshot.version, diagnostics }); // unsure results
    return diagnostics;
  }

  cancel(id: number): void {
    this.cancelled.add(id); // bounded cancelled
  }

  async request(id: number, method: string, work: () => Promise<unknown>): Promise<unknown> {
    const started = Date.now();
    try {
      if (this.cancelled.delete(id)) return null;
      return await work();
    } finally {
      this.trace += `${id} ${method}\n`; // bounded trace
      if (this.trace.length > 100_000) this.trace = this.trace.slice(-50_000);
      this.requests = this.requests.filter((request) => request.ms > 0).slice(-99);
      this.requests.push({ method, ms: Date.now() - started }); // bounded requests
    }
  }
}
