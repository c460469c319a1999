/** What the orders' service notes about the classes that it makes. */
interface Meta {
  readonly roles: readonly string[];
  readonly fields: Map<string, string>;
}

type Constructor<T = object> = new (...parts: any[]) => T;

export class Registry {
  static readonly #classes = new Map<symbol, Meta>();

  static register(key: symbol, roles: readonly string[]): Meta {
    const meta: Meta = { roles: [...roles], fields: new Map() };
    Registry.#classes.set(key, meta);
    return meta;
  }

  static get size(): number {
    return Registry.#classes.size;
  }
}

export class Basket {
  readonly items: number[] = [];
  add(item: number): this {
    this.items.push(item);
    return this;
  }
}

/** A class whose changes are noted. */
export function audited<B extends Constructor<Basket>>(Base: B, role: string) {
  const key = Symbol(role);
  const meta = Registry.register(key, ["audit", role]);
  return class extends Base {
    readonly [key] = meta;
    override add(item: number): this {
      meta.fields.set("items", `${item}`);
      return super.add(item);
    }
  };
}

const known = new Map<string, ReturnType<typeof audited>>();

export function auditedOnce(role: string): ReturnType<typeof audited> {
  let made = known.get(role);
  if (made === undefined) {
    made = audited(Basket, role);
    known.set(role, made);
  }
  return made;
}

export interface Tenant {
  readonly name: string;
}

/** What each tenant's sessions have open. */
export class Sessions {
  private readonly byTenant = new Map<string, WeakMap<object, Set<string>>>();

  open(tenant: Tenant, session: object, path: string): number {
    let sessions = this.byTenant.get(tenant.name);
    if (sessions === undefined) {
      sessions = new WeakMap();
      this.byTenant.set(tenant.name, sessions);
    }
    let paths = sessions.get(session);
    if (paths === undefined) {
      paths = new Set();
      sessions.set(session, paths);
    }
    paths.add(path);
    return paths.size;
  }

  close(tenant: Tenant, session: object): void {
    this.byTenant.get(tenant.name)?.delete(session);
  }

  leave(tenant: Tenant): void {
    this.byTenant.delete(tenant.name);
  }
}
