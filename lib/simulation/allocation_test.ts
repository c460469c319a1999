import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Allocations, subjects } from "./allocation_probe_test.ts";

const probe = fileURLToPath(import.meta.url.replace("allocation_test", "allocation_probe_test"));

// A call whose caller was not compiled yet boxes its result. Code may be compiled in the background,
// late on a busy machine, or at once, before enough is known of it: either may show the steady state.
const modes = [[], ["--no-concurrent-recompilation"]];

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
