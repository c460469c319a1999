import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChannelJudgement } from "./leak_channels.ts";
import { decideLeak } from "./leak_decision.ts";
import { tellLeak } from "./leak_record.ts";

function growing(bytesPerCycle: number): ChannelJudgement {
  return {
    channel: "heap",
    unit: "bytes",
    threshold: 1,
    state: "growing",
    growth: "linear",
    bytesPerCycle,
    interval: [bytesPerCycle * 0.9, bytesPerCycle * 1.1],
    settledFrom: 0,
    limitOfDetection: 0.1,
    rates: [bytesPerCycle, bytesPerCycle],
  };
}

test("decideLeak() tells a rate with the zeros that belong to it", () => {
  const rates = [[79.98, "80"], [100.4, "100"], [39.97, "40"], [2, "2"], [4.5, "4.5"]] as const;
  for (const [rate, told] of rates) {
    const channels = [growing(rate)];
    const { why } = decideLeak({
      channels,
      cycles: 8200,
      askedCycles: 1200,
      concern: 1,
      confidence: 0.99,
    });
    assert.match(why, new RegExp(`^${told} bytes per cycle`));
  }
});

test("decideLeak() says with a clean heap how much native memory could still leak", () => {
  const heap: ChannelJudgement = {
    ...growing(0),
    state: "flat",
    interval: [0, 0],
  };
  const evidence = { cycles: 8200, askedCycles: 1200, concern: 16, confidence: 0.99 };
  const whyOf = (interval: readonly [number, number]): string => {
    const native = { ...heap, channel: "native", threshold: 192, interval } as const;
    return decideLeak({ ...evidence, channels: [heap, native] }).why;
  };
  assert.match(whyOf([-20, 20]), /native memory grows by less than 192 bytes per cycle$/);
  assert.match(whyOf([-153, 346]), /native memory grows by less than 346 bytes per cycle$/);
});

test("decideLeak() calls a restless heap clean only where its survivors were looked at", () => {
  const flat: ChannelJudgement = { ...growing(0), state: "flat", interval: [-40, 40] };
  const wandering: ChannelJudgement = { ...flat, state: "unclear" };
  const still: ChannelJudgement = { ...flat, interval: [0, 0] };
  const evidence = { cycles: 8200, askedCycles: 1200, concern: 16, confidence: 0.99 };
  const survivors = { leaking: [], bytesPerCycle: 0 };
  for (const heap of [flat, wandering]) {
    const seen = decideLeak({ ...evidence, channels: [heap], survivors });
    assert.equal(seen.verdict, "clean");
    assert.match(seen.why, /no place has survivors of all ages$/);
    const unseen = decideLeak({ ...evidence, channels: [heap] });
    assert.equal(unseen.verdict, "inconclusive");
    assert.match(unseen.why, /but its survivors could not be looked at$/);
  }
  assert.equal(decideLeak({ ...evidence, channels: [still] }).verdict, "clean");
});

test("tellLeak() says perhaps of a place that only the source speaks for", () => {
  const decision = { verdict: "leak", why: "kept up", channel: growing(64) } as const;
  const site = { file: "a.mjs", line: 3, column: 1, function: "f", objects: 0, text: "" };
  const told = (bytes: number) =>
    tellLeak(decision, { topAllocations: [{ ...site, bytes }], retainers: [] });
  assert.equal(told(0), "Leak in heap, perhaps at a.mjs:3: kept up");
  assert.equal(told(10), "Leak in heap at a.mjs:3: kept up");
});
