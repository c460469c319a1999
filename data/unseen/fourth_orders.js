export class Registry {
    static #classes = new Map();
    static register(key, roles) {
        const meta = { roles: [...roles], fields: new Map() };
        Registry.#classes.set(key, meta);
        return meta;
    }
    static get size() {
        return Registry.#classes.size;
    }
}
export class Basket {
    items = [];
    add(item) {
        this.items.push(item);
        return this;
    }
}
/** A class whose changes are noted. */
export function audited(Base, role) {
    const key = Symbol(role);
    const meta = Registry.register(key, ["audit", role]);
    return class extends Base {
        [key] = meta;
        add(item) {
            meta.fields.set("items", `${item}`);
            return super.add(item);
        }
    };
}
const known = new Map();
export function auditedOnce(role) {
    let made = known.get(role);
    if (made === undefined) {
        made = audited(Basket, role);
        known.set(role, made);
    }
    return made;
}
/** What each tenant's sessions have open. */
export class Sessions {
    byTenant = new Map();
    open(tenant, session, path) {
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
    close(tenant, session) {
        this.byTenant.get(tenant.name)?.delete(session);
    }
    leave(tenant) {
        this.byTenant.delete(tenant.name);
    }
}
//# sourceMappingURL=fourth_orders.js.map