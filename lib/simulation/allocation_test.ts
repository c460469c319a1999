import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Allocations, subjects } from "./allocation_probe_test.ts";

const probe = fileURLToPath(import.meta.url.replace("allocation_test", "allocation_probe_test"));

// A number that a call returns is boxed wherever V8 did not compile the call into its caller, and
// whether it does hangs on what was known of the call when the caller was compiled: in the
// background, at once, or only between two of its calls. One that compiles it in shows the steady
// state; which one does differs by machine and load. `update` returns nothing and has no excuse.
const modes = [[], ["--no-concurrent-recompilation"], ["--no-use-osr"], []];

function leastOf(name: string): Allocations {
  let least: Allocations = { bytesPerStep: Infinity, places: [] };
  for (const flags of modes) {
    if (least.bytesPerStep <= LIMIT) return least;
    const output = execFileSync(process.execPath, [...flags, probe, name], { encoding: "utf8" });
    const found = JSON.parse(output) as Allocations;
    if (found.bytesPerStep < least.bytesPerStep) least = found;
  }
  return least;
}

// What a call allocates once differs by some hundred bytes; one boxed number per step is 12.
const LIMIT = 0.1;

for (const name of Object.keys(subjects)) {
  test(`no step allocates: ${name}`, () => {
    const { bytesPerStep, places } = leastOf(name);
    assert.ok(bytesPerStep <= LIMIT, `${bytesPerStep} bytes: ${places.join(", ")}`);
  });
}

test("the probe sees a step that allocates one number", () => {
  const { bytesPerStep } = leastOf("planted");
  assert.ok(bytesPerStep >= 12 && bytesPerStep <= 40, `${bytesPerStep} bytes`);
});
