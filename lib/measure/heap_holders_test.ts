import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { writeHeapSnapshot } from "node:v8";
import { judgeHeapGrowth } from "./heap_holders.ts";
import { readHeapSnapshot } from "./heap_snapshot.ts";

const folder = mkdtempSync(join(tmpdir(), "heapbook-test-"));
after(() => rmSync(folder, { recursive: true }));

class PlantedEntry {
  readonly number: number;
  constructor(number: number) {
    this.number = number;
  }
}
class PlantedLink {
  readonly next: PlantedLink | null;
  constructor(next: PlantedLink | null) {
    this.next = next;
  }
}

const plantedMap = new Map<number, PlantedEntry>();
const plantedNumbers: number[] = [];
const plantedRing: PlantedEntry[] = new Array(50).fill(new PlantedEntry(-1));
let plantedHead: PlantedLink | null = null;
const plantedHandler = { handle: (i: number): number => i };
function wrap(before: (i: number) => number): (i: number) => number {
  return (i) => i < 0 ? before(i) : i;
}
const plantedLog = { text: "" };
const plantedSet = { bits: 0n };

function grow(from: number, to: number): void {
  for (let i = from; i < to; i++) {
    plantedMap.set(i, new PlantedEntry(i));
    plantedNumbers.push(i + 0.5);
    plantedRing[i % 50] = new PlantedEntry(i);
    plantedHead = new PlantedLink(plantedHead);
    plantedHandler.handle = wrap(plantedHandler.handle);
    plantedLog.text += "abcd";
    plantedSet.bits = (plantedSet.bits << 32n) | 1n;
  }
  plantedLog.text = Buffer.from(plantedLog.text).toString("latin1");
  for (let k = 0; k < 5; k++) plantedLog.text += `${from} and ${k}, `;
}

test("judgeHeapGrowth() names what holds objects of every age, and no ring", () => {
  const files = [0, 1, 2, 3].map((k) => {
    grow(400 * k, 400 * (k + 1));
    return writeHeapSnapshot(join(folder, `${k}.heapsnapshot`));
  });
  const { holders, classes } = judgeHeapGrowth(files);
  const names = holders.map(({ steps, holder }) =>
    steps.slice(holder, holder + 2).map(({ name }) => name)
  );
  const find = (name: string) =>
    holders[names.findIndex((around) => around.includes(name))] ??
      assert.fail(`${name} is not among ${JSON.stringify(names)}`);
  const map = find("plantedMap");
  assert.deepEqual(map.objects.map((count) => Math.floor(count / 10)), [40, 40, 40]);
  assert.equal(map.steps[map.holder]?.value, "Map");
  assert.equal(map.classes[0]?.class, "PlantedEntry");
  assert.equal(map.classes[0]?.objects, 1200);
  const numbers = find("plantedNumbers");
  assert.ok(numbers.store.every((size, k) => k === 0 || size >= (numbers.store[k - 1] ?? 0)));
  const { steps, holder } = find("plantedLog");
  assert.equal(steps[holder + 1]?.name, "text");
  assert.equal(find("plantedHead").classes[0]?.objects, 1200);
  assert.deepEqual(find("plantedHead").links, ["plantedHead", "next"]);
  assert.deepEqual(find("handle").links, ["handle", "before"]);
  assert.deepEqual(map.links, [], "many side by side are no chain");
  assert.ok(names.every((around) => !around.includes("plantedRing")), "a ring does not grow");
  assert.equal(classes.find((grown) => grown.class === "PlantedLink")?.objects, 1200);
  assert.ok(find("plantedSet").store.at(-1)! >= 4 * 1600, "an integer with ever more digits");
  assert.notEqual(plantedHead, null);
});

test("readHeapSnapshot() agrees with JSON.parse on every node and edge", () => {
  const path = join(folder, "small.heapsnapshot");
  const strings = ["", "root", "Box", 'a "quoted" ]} name', "ünïcode"];
  const snapshot = {
    snapshot: {
      meta: {
        node_fields: ["type", "name", "id", "self_size", "edge_count", "detachedness"],
        node_types: [["hidden", "object", "synthetic"], "string", "number", "number", "number"],
        edge_fields: ["type", "name_or_index", "to_node"],
        edge_types: [["context", "element", "property"], "string_or_number", "node"],
      },
      node_count: 3,
      edge_count: 3,
    },
    nodes: [2, 1, 1, 0, 2, 0, 1, 2, 3, 4294967295, 1, 0, 1, 3, 5, 16, 0, 0],
    edges: [1, 7, 6, 2, 4, 12, 2, 3, 12],
    trace_function_infos: [],
    locations: [6, 9, 3, 4],
    strings,
  };
  writeFileSync(path, JSON.stringify(snapshot));
  const heap = readHeapSnapshot(path);
  assert.equal(heap.nodeCount, 3);
  assert.deepEqual([0, 1, 2].map((node) => heap.name(node)), ["root", "Box", strings[3]]);
  assert.deepEqual([0, 1, 2].map((node) => heap.size(node)), [0, 4294967295, 16]);
  assert.deepEqual([...heap.firstEdge], [0, 2, 3, 3]);
  assert.deepEqual([0, 1, 2].map((edge) => heap.edgeName(edge)), ["7", "ünïcode", strings[3]]);
  assert.deepEqual([0, 1, 2].map((edge) => heap.edgeTo(edge)), [1, 2, 2]);
  assert.deepEqual(heap.locations.get(1), [9, 3, 4]);
  writeFileSync(path, JSON.stringify(snapshot).slice(0, 500));
  assert.throws(() => readHeapSnapshot(path), /must go on to .*: the file ends/);
});
