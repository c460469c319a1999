import assert from "node:assert/strict";
import { test } from "node:test";
import { scanText } from "./scan_text_test.ts";

/** Lines that add a listener with whether each is bounded. */
function listeners(text: string): (readonly [number, boolean | null])[] {
  return scanText(text, "js").filter(({ kind }) => kind === "listener")
    .map(({ line, bounded }) => [line, bounded]);
}

test("an emitter that is made where none was known gets its listeners once", () => {
  assert.deepEqual(
    listeners(`const doors = {};
export function door(name) {
  let door = doors[name];
  if (door) return door;
  door = doors[name] = new Door(name);
  door.on("ring", () => print(name));
  return door;
}
export function again(name) {
  let door = doors[name];
  if (!door) door = doors[name] = new Door(name);
  door.on("ring", () => print(name));
}
export function kept(name) {
  const door = (doors[name] ??= new Door(name));
  door.on("ring", () => print(name));
}
export function other(name, isNew) {
  let door = doors[name];
  if (isNew) door = doors[name] = new Door(name);
  else door.on("ring", () => print(name));
}
export function back(name) {
  let door = doors[name] = new Door(name);
  door = doors.front;
  door.on("ring", () => print(name));
}
`),
    [[6, true], [12, false], [16, false], [21, false], [26, false]],
  );
});

test("what comes with an event is new each time, what is chosen with one is not", () => {
  assert.deepEqual(
    listeners(`export class Line {
  constructor(line, table) {
    line.on("newSession", (session) => this.begin(session));
    line.on("request", this.serve.bind(this));
    table.on("select", (row) => this.show(row));
    table.on("row-client", (row) => {
      row.on("change", () => this.draw(row));
    });
  }
  begin(session) {
    session.on("tone", () => this.draw(session));
  }
  serve(request) {
    request.on("tone", () => this.draw(request));
  }
  show(row) {
    row.on("change", () => this.draw(row));
  }
  draw() {}
}
`).filter(([line]) => line > 6),
    [[7, true], [11, true], [14, true], [17, false]],
  );
});

test("an emitter that a call reaches is shared, one that a call makes is not", () => {
  assert.deepEqual(
    listeners(`let shared;
function bus() {
  return (shared ??= new Bus());
}
function line() {
  return new Bus();
}
export class View {
  constructor() {
    bus().on("open", () => this.draw());
    line().on("open", () => this.draw());
    const query = matchMedia("(orientation: portrait)");
    query.addEventListener("change", () => this.draw());
    const own = matchMedia("(orientation: portrait)");
    own.addEventListener("change", () => this.draw(), { once: true });
    this.wide = window.matchMedia("(min-width: 60em)");
    this.wide.addEventListener("change", () => this.draw());
  }
  draw() {}
}
`),
    [[10, false], [11, true], [13, false], [15, true], [17, false]],
  );
});
