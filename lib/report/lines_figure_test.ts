import assert from "node:assert/strict";
import { test } from "node:test";
import { intervalsFigure, linesFigure } from "./lines_figure.ts";
import { pendulumFigure } from "./pendulum_figure.ts";
import { controllerColours } from "./theme.ts";

const values = (n: number, f: (k: number) => number) => Array.from({ length: n }, (_, k) => f(k));

test("linesFigure() draws each curve in its controller's colour, thinned but with its peak", () => {
  const x = values(10_001, (k) => k / 1000);
  const y = values(10_000, (k) => k === 5123 ? 9 : Math.sin(k));
  const { data, layout } = linesFigure(
    [{ name: "sta_smc", x, y }, { name: "adaptive_smc", x, y }],
    {
      x: "time [s]",
      y: "angle [rad]",
    },
  );
  assert.equal(data.length, 2);
  const first = data[0] as { x: number[]; y: number[]; line: { color: string } };
  assert.equal(first.line.color, controllerColours["sta_smc"]);
  assert.ok(first.x.length === first.y.length && first.x.length <= 1202);
  assert.equal(first.x[first.y.indexOf(9)], 5.123);
  assert.deepEqual((layout!["xaxis"] as { title: unknown }).title, { text: "time [s]" });
});

test("linesFigure() keeps the order of a curve that turns back", () => {
  const x = values(5000, (k) => Math.cos(k / 100)), y = values(5000, (k) => Math.sin(k / 100));
  const [trace] = linesFigure([{ name: "orbit", x, y }], { x: "a", y: "b" }).data;
  const kept = trace as unknown as { x: number[]; y: number[] };
  kept.x.forEach((value, i) => assert.ok(Math.abs(Math.hypot(value, kept.y[i]!) - 1) < 1e-12));
  const turns = kept.x.map((value, i) => Math.atan2(kept.y[i]!, value));
  const steps = turns.slice(1).map((angle, i) => Math.cos(angle - turns[i]!));
  assert.ok(Math.min(...steps) > 0.99);
});

test("pendulumFigure() draws links of their true length, joint to joint, at the states' times", () => {
  const time = values(1001, (k) => k / 100);
  const states = time.flatMap((t) => [0.1 * t, 0.2 * Math.cos(t), -0.3, 0, 0, 0]);
  const figure = pendulumFigure({ time, states, length1: 0.4, length2: 0.3 }, {
    frames: 21,
    until: 5,
  });
  assert.equal(figure.frames!.length, 21);
  assert.deepEqual([figure.frames![0]!["name"], figure.frames![20]!["name"]], ["0.00 s", "5.00 s"]);
  for (const [i, frame] of figure.frames!.entries()) {
    const [cart, link1, link2] = frame["data"] as { x: number[]; y: number[] }[];
    const length = ({ x, y }: { x: number[]; y: number[] }) =>
      Math.hypot(x[1]! - x[0]!, y[1]! - y[0]!);
    assert.ok(Math.abs(length(link1!) - 0.4) < 1e-12 && Math.abs(length(link2!) - 0.3) < 1e-12);
    assert.deepEqual([link1!.x[1], link1!.y[1]], [link2!.x[0], link2!.y[0]]);
    assert.ok(Math.abs((cart!.x[0]! + cart!.x[1]!) / 2 - 0.1 * i * 0.25) < 1e-12);
    // A positive angle leans towards +x; theta2 counts from link 1.
    const absolute = Math.atan2(link2!.x[1]! - link2!.x[0]!, link2!.y[1]! - link2!.y[0]!);
    assert.ok(Math.abs(absolute - (0.2 * Math.cos(i * 0.25) - 0.3)) < 1e-12);
  }
});

test("intervalsFigure() spans each interval around its value", () => {
  const [trace] = intervalsFigure([{ name: "sta_smc", value: 98, low: 93, high: 99.5 }], {
    x: "held [%]",
    y: "",
  }).data;
  const { x, error_x } = trace as unknown as {
    x: number[];
    error_x: { array: number[]; arrayminus: number[] };
  };
  assert.deepEqual([x, error_x.array, error_x.arrayminus], [[98], [1.5], [5]]);
});
