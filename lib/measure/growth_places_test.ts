import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { GrowthPlacesParameters, GrowthPlacesResult } from "./growth_places.ts";
import { runInSandbox } from "./sandbox.ts";
import type { StackFrame } from "./survivors.ts";
import { TREND_FLAGS } from "./trend.ts";

async function placesOf(
  name: string,
  given: Pick<GrowthPlacesParameters, "gauge">,
): Promise<GrowthPlacesResult> {
  const parameters: GrowthPlacesParameters = {
    cycles: 400,
    warmupCycles: 50,
    seconds: 20,
    maxHeapBytes: 2 ** 26,
    ...given,
  };
  const outcome = await runInSandbox<GrowthPlacesResult>({
    instrument: fileURLToPath(new URL("growth_places.js", import.meta.url)),
    target: {
      name,
      module: fileURLToPath(new URL(`../../measure/testdata/${name}.mjs`, import.meta.url)),
    },
    scenario: "default",
    parameters,
    nodeFlags: TREND_FLAGS,
    timeoutMs: 60_000,
  });
  assert.equal(outcome.status, "completed");
  return (outcome as { readonly result: GrowthPlacesResult }).result;
}

const told = ({ url, line, function: name }: StackFrame) => `${basename(url)}:${line} ${name}`;

test("growth of a WebAssembly memory is seen where it rises, with what holds the memory", async () => {
  const { places, holder, made, validity } = await placesOf("arena", { gauge: "wasm" });
  assert.ok(validity.valid, validity.message);
  const [first, ...others] = places;
  // The scratch that is cleared again leaves nothing to the caller that took it.
  assert.deepEqual(first?.stack.slice(0, 2).map(told), ["arena.mjs:9 take", "arena.mjs:24 cycle"]);
  assert.deepEqual([first.bytes % 128, others], [0, []]);
  assert.deepEqual(made.map(({ line }) => line), [2]);
  assert.equal(holder?.steps.at(-1)?.value, "Memory");
  assert.ok(holder.steps.some(({ edge, name }) => edge === "variable" && name === "bytes"));
});

test("growth that only the resident set shows is seen where it rises", {
  skip: process.platform !== "linux",
}, async () => {
  const { places } = await placesOf("settings", { gauge: "native" });
  assert.equal(told(places[0]!.stack[0]!), "settings.mjs:11 cycle");
});
