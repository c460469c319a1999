import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Allocations, subjects } from "./allocation_probe_test.ts";

const probe = fileURLToPath(import.meta.url.replace("allocation_test", "allocation_probe_test"));

// Code is compiled when it is due, not when a busy machine gets round to it.
const flags = ["--no-concurrent-recompilation"];

for (const name of Object.keys(subjects)) {
  test(`no step allocates: ${name}`, () => {
    const output = execFileSync(process.execPath, [...flags, probe, name], { encoding: "utf8" });
    const { bytesPerStep, places } = JSON.parse(output) as Allocations;
    // What a call allocates once differs by some hundred bytes; one boxed number per step is 12.
    assert.ok(bytesPerStep <= 0.1, `${bytesPerStep} bytes: ${places.join(", ")}`);
  });
}

test("the probe sees a step that allocates one number", () => {
  const output = execFileSync(process.execPath, [...flags, probe, "planted"], { encoding: "utf8" });
  const { bytesPerStep } = JSON.parse(output) as Allocations;
  assert.ok(bytesPerStep >= 12 && bytesPerStep <= 40, `${bytesPerStep} bytes`);
});
