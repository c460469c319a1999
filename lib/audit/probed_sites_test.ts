import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { GrowingHolder, GrowthPlacesResult, StackFrame } from "../measure/mod.ts";
import { namePlaces } from "./probed_sites.ts";

const folder = mkdtempSync(join(tmpdir(), "heapbook-test-"));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const OWN = write(
  "own.mjs",
  `import { start } from "engine";
const memory = new WebAssembly.Memory({ initial: 1 });
const bytes = new Uint8Array(memory.buffer);
export async function setup() {
  const engine = await start();
  return (i) => {
    engine.insert(i);
  };
}
`,
);
const ENGINE = write("node_modules/engine/index.js", "var m = wasm.memory;\n");

function frame(file: string, line: number, column: number, name: string = ""): StackFrame {
  return { function: name, url: pathToFileURL(file).href, line, column };
}

function heldBy(...variables: [name: string, file: string][]): GrowingHolder {
  const step = { type: "object", value: "Object", repeats: 0, edge: "variable" } as const;
  const steps = variables.map(([name, file]) => ({ ...step, name, scope: file }));
  const zeros = { bytes: [0], objects: [0], classes: [] };
  return { steps, holder: steps.length - 1, store: [64, 4160], ...zeros };
}

function resultOf(given: Partial<GrowthPlacesResult>): GrowthPlacesResult {
  const validity = { valid: true, cycles: 300, message: "" };
  return { places: [], holder: null, made: [], cycles: 300, sourceMaps: {}, validity, ...given };
}

test("namePlaces() names the expression first, then what called its function", () => {
  const stack = [frame(OWN, 7, 12), frame(OWN, 5, 24, "setup")];
  const { allocations } = namePlaces(resultOf({ places: [{ stack, bytes: 640, times: 9 }] }), OWN);
  assert.deepEqual(allocations.map(({ line, bytes }) => [line, bytes]), [[7, 640], [5, 640]]);
  assert.deepEqual(allocations.map((site) => site.function), ["setup", "setup"]);
  assert.equal(allocations[0]?.text, "engine.insert(i);");
});

test("namePlaces() names the variable that a memory was made for", () => {
  const made = [frame(OWN, 2, 16)];
  const { retainers } = namePlaces(resultOf({ holder: heldBy(["bytes", OWN]), made }), OWN);
  assert.equal(retainers[0]?.container?.line, 2);
  assert.equal(
    retainers[0]?.words,
    'module "own.mjs" → const "memory" → WebAssembly memory, of which 4096 more bytes came into use',
  );
  assert.equal(retainers[0]?.bytes, 4096);
});

test("namePlaces() names the program's own variable rather than that of a package", () => {
  const made = [frame(ENGINE, 1, 9)];
  const holder = heldBy(["engine", OWN], ["m", ENGINE]);
  const { retainers } = namePlaces(resultOf({ holder, made }), OWN);
  assert.match(retainers[0]!.words, /^module "own.mjs" → const "engine" → WebAssembly memory/);
});

test("namePlaces() takes no variable of another file that has the same name", () => {
  const { retainers } = namePlaces(resultOf({ holder: heldBy(["m", ENGINE]) }), OWN);
  assert.equal(retainers[0]?.container?.file, ENGINE);
});
