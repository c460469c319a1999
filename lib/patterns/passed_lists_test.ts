import assert from "node:assert/strict";
import { test } from "node:test";
import { growthIn } from "./scan_text_test.ts";

test("keys of a local list have passed the test that each of its elements passed", () => {
  const text = (more: string): string =>
    `class Rooms:
    def __init__(self, names):
        self.guest = {name: None for name in names}
        self.lamps = {}
    def book(self, guest, names):
        booked = []
        for name in names:
            if name not in self.guest:
                raise KeyError(name)
            booked.append(name)
        ${more}
        for one in booked:
            self.guest[one] = guest
    def light(self, name, colour):
        if name in self.guest:
            self.lamps[name] = colour
`;
  assert.deepEqual(growthIn(text("self.last = len(booked)"), "py"), [[13, true], [16, true]]);
  // What comes in by another way has not passed, nor what others may put in.
  const others = ["booked.append(guest)", "booked += names", "fill(booked)", "booked[0] = guest"];
  for (const more of others) {
    assert.deepEqual(growthIn(text(more), "py"), [[13, false], [16, false]], more);
  }
});

test("a table stays as it is where it is only written under keys that it has", () => {
  const text = (guard: string): string =>
    `export class Levels {
  private readonly doses: Record<string, number>;
  private readonly alarms = new Map<string, string>();
  constructor(names: string[]) {
    this.doses = Object.fromEntries(names.map((name) => [name, 0]));
  }
  dose(name: string, amount: number) {
    ${guard}
    this.doses[name] = amount;
  }
  alarm(name: string, text: string) {
    if (name in this.doses) this.alarms.set(name, text);
  }
}
`;
  assert.deepEqual(growthIn(text("if (!(name in this.doses)) return;")), [[9, true], [12, true]]);
  assert.deepEqual(growthIn(text("if (name in this.alarms) return;")), [[9, false], [12, false]]);
});
