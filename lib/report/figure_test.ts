import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chartBundle, PLOTLY_MIME } from "./chart.ts";
import { createFigure, describeFigure, plainFigure, thin } from "./figure.ts";

test("createFigure() names both axes and keeps the look where options do not speak", () => {
  const { layout } = createFigure([], { x: "time [s]", y: "angle [rad]", layout: { height: 300 } });
  const axes = layout as { xaxis: { title: unknown; automargin: boolean }; height: number };
  assert.deepEqual(axes.xaxis.title, { text: "time [s]" });
  assert.equal(axes.xaxis.automargin, true);
  assert.equal(axes.height, 300);
});

test("createFigure() names 2 and 5 between the decades of a short logarithmic axis", () => {
  const axis = (y: readonly number[], own = {}) => {
    const layout = { yaxis: { type: "log", ...own } };
    const made = createFigure([{ y }], { x: "x", y: "y", layout }).layout!["yaxis"];
    return (made as { dtick?: unknown }).dtick;
  };
  assert.deepEqual([axis([1, 5000]), axis([1, 5000], { dtick: 1 }), axis([1, 1e9])], [
    "D2",
    1,
    undefined,
  ]);
});

test("plainFigure() turns typed arrays into arrays and what is not finite into null", () => {
  const data = [{ y: Float64Array.of(1, NaN, 3), z: [Int32Array.of(1, 2), [Infinity, 0.5]] }];
  const plain = plainFigure({ data });
  assert.deepEqual(plain.data, [{ y: [1, null, 3], z: [[1, 2], [null, 0.5]] }]);
});

test("plainFigure() rounds to 1e-5 of the range, so that a small slope on a large base stays", () => {
  const y = Float64Array.from({ length: 100 }, (_, i) => 8e7 + Math.PI * i);
  const [trace] = plainFigure({ data: [{ y }] }).data;
  const kept = trace!["y"] as number[];
  kept.forEach((v, i) => assert.ok(Math.abs(v - y[i]!) <= 311 * 1e-5));
  assert.ok(JSON.stringify(kept).length < JSON.stringify([...y]).length);
});

test("thin() keeps ends and extremes and at most `limit` points", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 400 }),
    fc.integer({ min: 4, max: 60 }),
    (y, limit) => {
      const kept = thin(y, limit);
      assert.ok(kept.length <= Math.max(limit, 4));
      assert.deepEqual([kept[0], kept.at(-1)], [0, y.length - 1]);
      assert.equal(Math.max(...kept.map((i) => y[i]!)), Math.max(...y));
      assert.equal(Math.min(...kept.map((i) => y[i]!)), Math.min(...y));
      kept.slice(1).forEach((index, i) => assert.ok(index > kept[i]!));
    },
  ));
});

test("describeFigure() says what a picture would show", () => {
  const figure = { data: [{ name: "heap", y: [1, 2, null, 4] }, { x: [] }] };
  assert.equal(describeFigure(figure), "  heap: 3 values from 1 to 4\n  trace 2");
});

test("chartBundle() holds four formats, the same bytes each time, and no way out of its script", () => {
  const figure = createFigure([{ x: [0], y: [1], name: "</script><b>" }], { x: "x", y: "y" });
  const bundle = chartBundle(figure, 'a "<b>" caption', Uint8Array.of(1, 2, 3));
  assert.deepEqual(Object.keys(bundle), [PLOTLY_MIME, "text/html", "image/png", "text/plain"]);
  assert.equal(bundle["image/png"], "AQID");
  const html = String(bundle["text/html"]);
  assert.equal(html.split("</script").length, 2);
  assert.ok(html.includes("&quot;&lt;b&gt;&quot; caption") && !html.includes("<b>"));
  assert.ok(html.includes("data:image/png;base64,AQID"));
  assert.deepEqual(chartBundle(figure, 'a "<b>" caption', Uint8Array.of(1, 2, 3)), bundle);
});
