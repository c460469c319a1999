import assert from "node:assert/strict";
import { test } from "node:test";
import { createProgress, describeProgress, formatDuration, progressBundle } from "./progress.ts";

function recorded(isTerminal: boolean) {
  const clock = { ms: 0, text: "" };
  const bars = createProgress("audit", {
    now: () => clock.ms,
    write: (text) => (clock.text += text),
    isTerminal,
  });
  return { clock, bars };
}

test("describeProgress() extrapolates the remaining time", () => {
  const row = { label: "a", done: 25, total: 100, startedMs: 1000, updatedMs: 31_000 };
  assert.equal(describeProgress(row), "25 % · 25/100 · 30 s, 1 min 30 s left");
  assert.equal(
    describeProgress({ ...row, done: 100, detail: "ok" }),
    "100 % · 100/100 · 30 s · ok",
  );
  assert.equal(describeProgress({ ...row, done: 0, total: 0 }), "100 % · 0/0 · 30 s");
});

test("formatDuration() carries minutes and hours", () => {
  const texts = [400, 9_949, 9_960, 59_600, 185_000, 7_800_000].map(formatDuration);
  assert.deepEqual(texts, ["0.4 s", "9.9 s", "10 s", "1 min 00 s", "3 min 05 s", "2 h 10 min"]);
});

test("createProgress() rewrites one terminal line and keeps a finished one", async () => {
  const { clock, bars } = recorded(true);
  for (let i = 0; i <= 1000; i++, clock.ms += 1) bars.update({ label: "a", done: i, total: 1000 });
  bars.update({ label: "b", done: 1, total: 2 });
  await bars.finish();
  assert.ok(clock.text.split("\r").length < 15, "a thousand updates draw a dozen times");
  assert.match(clock.text, /a {2}█{24} {2}100 % · 1000\/1000 · 1\.0 s\n\r.*b {2}.*50 %.*\n$/);
});

test("createProgress() logs a line now and then where output is no terminal", () => {
  const { clock, bars } = recorded(false);
  for (let i = 0; i <= 60; i++, clock.ms += 500) bars.update({ label: "a", done: i, total: 60 });
  const lines = clock.text.trimEnd().split("\n");
  assert.equal(lines.length, 4);
  assert.ok(lines.every((line) => !line.includes("\r")));
});

test("createProgress() starts a label's clock over when its count goes back", () => {
  const { clock, bars } = recorded(false);
  bars.update({ label: "a", done: 10, total: 10 });
  clock.ms = 60_000;
  bars.update({ label: "a", done: 0, total: 20 });
  clock.ms = 62_000;
  bars.update({ label: "a", done: 20, total: 20 });
  assert.match(clock.text.trimEnd().split("\n").at(-1)!, /100 % · 20\/20 · 2\.0 s$/);
});

test("progressBundle() escapes labels and carries words beside the bar", () => {
  const row = { label: "<x>", done: 1, total: 4, startedMs: 0, updatedMs: 2000 };
  const bundle = progressBundle("leaks", [row]);
  assert.match(String(bundle["text/html"]), /&lt;x&gt;.*width:25\.0%.*25 % · 1\/4/s);
  assert.match(String(bundle["text/plain"]), /^leaks\n<x> {2}█{6}░{18} {2}25 %/);
});

test("createProgress() writes the end once, however often it is reported", async () => {
  const written: string[] = [];
  const bars = createProgress("x", { write: (text) => written.push(text), isTerminal: false });
  for (let i = 0; i < 50; i++) bars.update({ label: "work", done: 2, total: 2 });
  await bars.finish();
  assert.equal(written.length, 1);
});
