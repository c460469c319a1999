import assert from "node:assert/strict";
import { test } from "node:test";
import { growthIn } from "./scan_text_test.ts";

test("keys of entries of a list that stays as it is are few, of one that gets longer they are not", () => {
  assert.deepEqual(
    growthIn(`type Row = { code: string; open: boolean };
export class Desk {
  private readonly notes = new Map<string, string>();
  private readonly marks = new Map<string, string>();
  private readonly stamps = new Map<string, string>();
  private readonly seals = new Map<string, string>();
  private readonly added: Row[] = [];
  constructor(private readonly rows: readonly Row[]) {}
  note(code: string, text: string) {
    if (!this.rows.some((row) => row.code === code && row.open)) return;
    this.notes.set(code, text);
  }
  mark(code: string, text: string) {
    const found = this.rows.find(({ code: other }) => code === other);
    if (found) this.marks.set(code, text);
  }
  add(row: Row) {
    this.added.push(row);
    if (this.added.some((other) => other.code === row.code)) this.stamps.set(row.code, "");
  }
  seal(code: string, owner: string) {
    if (this.rows.some((row) => row.code === owner)) this.seals.set(code, owner);
  }
}
`),
    [[11, true], [15, true], [18, false], [19, false], [22, false]],
  );
  assert.deepEqual(
    growthIn(
      `class Desk:
    def __init__(self, rows):
        self.rows = list(rows)
        self.guests = []
        self.notes = {}
        self.names = {}
    def note(self, code, text):
        if not any(row.code == code for row in self.rows):
            raise KeyError(code)
        self.notes[code] = text
    def name(self, code, text):
        self.guests.append(code)
        if any(guest == code for guest in self.guests):
            self.names[code] = text
`,
      "py",
    ),
    [[10, true], [12, false], [14, false]],
  );
});

test("a key below the length of a list that stays as it is is one of its places", () => {
  const text = (more: string): string =>
    `export class Shelf {
  constructor(count) {
    this.trays = new Array(count).fill(0);
    this.faults = {};
    this.falls = {};
  }
  fault(tray) {
    if (tray >= this.trays.length) return;
    this.faults[tray] = (this.faults[tray] || 0) + 1;
  }
  fall(tray) {
    const most = this.trays.length;
    if (tray > most) this.falls[tray] = true;
  }
${more}
}
`;
  assert.deepEqual(growthIn(text(""), "js"), [[9, true], [13, false]]);
  assert.deepEqual(
    growthIn(text("  extend() { this.trays.push(0); }"), "js"),
    [[9, false], [13, false], [15, false]],
  );
  assert.deepEqual(
    growthIn(
      `class Shelf:
    def __init__(self, count):
        self.trays = [0] * count
        self.faults = {}
    def fault(self, tray):
        if 0 <= tray < len(self.trays):
            self.faults[tray] = self.faults.get(tray, 0) + 1
    def other(self, tray):
        if not 0 <= tray < len(self.trays):
            self.faults[tray] = 1
`,
      "py",
    ),
    [[7, true], [10, false]],
  );
});
