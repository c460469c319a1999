import { merge } from "./merge.js";

export const plugins = [];
const subscriptions = new WeakMap();
const observed = new Set();
const state = { items: [], filters: {}, selected: null, messages: "" };

export function install(plugin) {
  if (plugins.includes(plugin)) return;
  plugins.push(plugin); // grows plugins
}

export function observe(node, listener) {
  let list = subscriptions.get(node);
  if (!list) subscriptions.set(node, list = []);
  list.push(listener); // grows subscriptions
  observed.add(node); // grows observed
}

export class Widget {
  static registry = new Map();
  static #ids = 0;
  children = [];
  #cleanup = [];
  id = Widget.#ids++;

  constructor(parent, bus) {
    this.parent = parent;
    this.bus = bus;
    Widget.registry.set(this.id, this); // bounded registry
    parent?.children.push(this); // bounded parent.children
    this.#cleanup.push(bus.subscribe("tick", () => this.draw())); // bounded #cleanup
  }

  listen(element) {
    const draw = () => this.draw();
    element.addEventListener("click", draw); // bounded
    this.#cleanup.push(() => element.removeEventListener("click", draw)); // bounded #cleanup
  }

  resizeWith(view) {
    view.addEventListener("resize", () => this.draw()); // grows
  }

  draw() {
    const rows = [];
    for (const child of this.children) rows.push(child.draw());
    return rows;
  }

  dispose() {
    for (const undo of this.#cleanup.splice(0)) undo();
    Widget.registry.delete(this.id);
    const siblings = this.parent?.children;
    siblings?.splice(siblings.indexOf(this), 1);
    for (const child of [...this.children]) child.dispose();
  }
}

export function reduce(action) {
  switch (action.type) {
    case "add":
      state.items = [...state.items, action.item]; // bounded state.items
      break;
    case "remove":
      state.items = state.items.filter((item) => item.id !== action.id);
      break;
    case "filter":
      merge(state.filters, { [action.name]: action.value }); // grows state.filters
      break;
    case "say":
      state.messages += action.text; // grows state.messages
      break;
    case "select":
      state.selected = action.id;
  }
}

export async function pageThrough(fetchPage) {
  const all = [];
  let next = 0;
  while (next !== null) {
    const page = await fetchPage(next);
    all.push(...page.rows);
    next = page.next;
  }
  return all;
}

export function makeCounter() {
  let count = 0;
  const log = [];
  return {
    increment() {
      count++;
      log.push(count); // grows log
      return count;
    },
    reset() {
      count = 0;
    },
  };
}

export function makeQueue() {
  const waiting = [];
  return {
    put: (item) => waiting.push(item), // bounded waiting
    take: () => waiting.shift(),
  };
}

export function group(items, key) {
  const groups = {};
  for (const item of items) (groups[key(item)] ||= []).push(item);
  return groups;
}

export function subscribeAll(source$, handler) {
  source$.subscribe((value) => handler(value)); // grows
}

export class Panel {
  #subscription;
  open(source$) {
    this.#subscription = source$.subscribe((value) => this.show(value)); // bounded
  }
  show(value) {
    this.value = value;
  }
  close() {
    this.#subscription?.unsubscribe();
  }
}
