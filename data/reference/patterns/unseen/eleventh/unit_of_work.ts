type Primitive = string | number | boolean | null;
type Row = Record<string, Primitive>;

export interface Driver {
  query(sql: string, parameters: Primitive[]): Promise<Row[]>;
  on(event: "notice" | "end", listener: (text: string) => void): void;
  off(event: "notice" | "end", listener: (text: string) => void): void;
}

interface ColumnOptions {
  nullable?: boolean;
  name?: string;
}

const metadata = new Map<Function, { table: string; columns: Record<string, ColumnOptions> }>();
const migrations: { id: number; up: string }[] = [];
const prepared: Record<string, number> = {};
const converters = new WeakMap<object, (value: Primitive) => unknown>();

export function Table(table: string) {
  return (target: Function): void => {
    metadata.set(target, { table, columns: {} }); // bounded metadata
  };
}

export function migration(id: number, up: string): void {
  migrations.push({ id, up }); // grows migrations
}

export function convert(type: object, read: (value: Primitive) => unknown): void {
  converters.set(type, read);
}

export class QueryBuilder {
  private readonly wheres: string[] = [];
  private readonly parameters: Primitive[] = [];
  private joins = "";
  private ordering: string[] = [];

  constructor(private readonly table: string) {}

  where(condition: string, ...values: Primitive[]): this {
    this.wheres.push(condition); // unsure wheres
    this.parameters.push(...values); // unsure parameters
    return this;
  }

  join(table: string, on: string): this {
    this.joins += ` join ${table} on ${on}`; // unsure joins
    return this;
  }

  build(): { sql: string; parameters: Primitive[] } {
    const clauses = ["select * from " + this.table + this.joins];
    if (this.wheres.length > 0) clauses.push("where " + this.wheres.join(" and "));
    if (this.ordering.length > 0) clauses.push("order by " + this.ordering.join(", "));
    return { sql: clauses.join(" "), parameters: this.parameters };
  }
}

export class IdentityMap<T extends { id: string }> {
  #entities: Record<string, T> = {};
  #order: string[] = [];

  constructor(private readonly limit: number) {}

  get(id: string): T | undefined {
    return this.#entities[id];
  }

  put(entity: T): void {
    if (!(entity.id in this.#entities)) this.#order.push(entity.id); // bounded #order
    this.#entities[entity.id] = entity; // bounded #entities
    while (this.#order.length > this.limit) {
      const oldest = this.#order.shift()!;
      delete this.#entities[oldest];
    }
  }
}

export class UnitOfWork {
  private readonly fresh = new Set<{ id: string }>();
  private readonly changed = new Map<string, Row>();
  private removed: string[] = [];
  private readonly hooks: { before: (() => void)[]; after: (() => void)[] } = { before: [], after: [] };
  private readonly savepoints: string[] = [];
  private readonly statements: string[] = [];
  private readonly listeners: Set<(text: string) => void> = new Set();
  private notices = "";

  constructor(private readonly driver: Driver) {
    driver.on("notice", this.heard);
    driver.on("end", (text) => this.statements.push(text)); // grows end
  }

  private readonly heard = (text: string): void => {
    this.notices = this.notices + text + "\n"; // grows notices
    for (const listener of this.listeners) listener(text);
  };

  before(hook: () => void): this {
    this.hooks.before.push(hook); // grows hooks
    return this;
  }

  listen(listener: (text: string) => void): Disposable {
    this.listeners.add(listener); // bounded listeners
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) };
  }

  add(entity: { id: string }): void {
    this.fresh.add(entity); // bounded fresh
  }

  change(id: string, row: Row): void {
    this.changed.set(id, { ...this.changed.get(id), ...row }); // bounded changed
  }

  remove(id: string): void {
    this.removed.push(id); // bounded removed
    this.changed.delete(id);
  }

  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    const name = `s${this.savepoints.length}`;
    this.savepoints.push(name); // bounded savepoints
    try {
      return await work();
    } finally {
      this.savepoints.pop();
    }
  }

  async flush(): Promise<void> {
    for (const hook of this.hooks.before) hook();
    const sql: string[] = [];
    for (const entity of this.fresh) sql.push(`insert ${entity.id}`);
    for (const [id] of this.changed) sql.push(`update ${id}`);
    for (const id of this.removed) sql.push(`delete ${id}`);
    for (const text of sql) {
      prepared[text] = (prepared[text] ?? 0) + 1; // grows prepared
      await this.driver.query(text, []);
    }
    this.statements.push(...sql); // grows statements
    this.reset();
  }

  private reset(): void {
    this.fresh.clear();
    this.changed.clear();
    this.removed = [];
  }

  close(): void {
    this.driver.off("notice", this.heard);
    this.reset();
  }
}

export class Repository<T extends { id: string }> {
  static readonly all: Map<string, Repository<any>> = new Map();
  private readonly slow: { sql: string; ms: number }[] = [];
  private readonly cached: { [sql: string]: T[] } = {};
  private readonly loads = new Map<string, Promise<T[]>>();

  constructor(readonly table: string, private readonly driver: Driver) {
    Repository.all.set(table, this); // unsure all
  }

  async find(builder: QueryBuilder): Promise<T[]> {
    const { sql, parameters } = builder.build();
    const known = this.cached[sql];
    if (known) return known;
    const running = this.loads.get(sql);
    if (running) return running;
    const loading = this.load(sql, parameters).finally(() => this.loads.delete(sql));
    this.loads.set(sql, loading); // bounded loads
    return loading;
  }

  private async load(sql: string, parameters: Primitive[]): Promise<T[]> {
    const started = Date.now();
    const rows = (await this.driver.query(sql, parameters)) as unknown as T[];
    const ms = Date.now() - started;
    if (ms > 200) this.slow.push({ sql, ms }); // grows slow
    this.cached[sql] = rows; // grows cached
    return rows;
  }
}
