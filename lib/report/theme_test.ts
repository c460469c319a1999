import assert from "node:assert/strict";
import { test } from "node:test";
import { controllerColours, lineOf, palettes, seriesColours, verdictColours } from "./theme.ts";

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((p, q) => p - q);
  return (light! + 0.05) / (dark! + 0.05);
}

/** Linear RGB as a reader without red (protan) or green (deutan) cones sees it, Machado 2009. */
const DEFICIENCIES = {
  none: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [
    0.152286,
    1.052583,
    -0.204868,
    0.114503,
    0.786281,
    0.099216,
    -0.003882,
    -0.048116,
    1.051998,
  ],
  deutan: [
    0.367322,
    0.860646,
    -0.227968,
    0.280085,
    0.672501,
    0.047413,
    -0.01182,
    0.04294,
    0.968881,
  ],
};

function seen(hex: string, m: readonly number[]): readonly number[] {
  const rgb = [1, 3, 5].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
  return [0, 1, 2].map((row) =>
    Math.max(0, rgb.reduce((sum, c, i) => sum + c * m[3 * row + i]!, 0)) ** (1 / 2.2)
  );
}

test("palettes have AA text on both pages", () => {
  for (const { background, text, muted, link } of Object.values(palettes)) {
    for (const colour of [text, muted, link]) assert.ok(contrast(colour, background) >= 4.5);
  }
});

test("line colours stand out from both pages by 3 : 1", () => {
  const colours = [controllerColours, verdictColours, { ...seriesColours }].flatMap(Object.values);
  for (const colour of colours) {
    for (const { background } of Object.values(palettes)) {
      assert.ok(contrast(colour, background) >= 3, `${colour} on ${background}`);
    }
  }
});

test("controllerColours stay apart for readers with a colour vision deficiency", () => {
  const colours = Object.values(controllerColours);
  for (const [name, matrix] of Object.entries(DEFICIENCIES)) {
    for (const [i, a] of colours.entries()) {
      for (const b of colours.slice(i + 1)) {
        const [p, q] = [seen(a, matrix), seen(b, matrix)];
        const distance = Math.hypot(...p.map((v, k) => v - q[k]!));
        assert.ok(distance > 0.15, `${a} and ${b} for ${name}: ${distance.toFixed(2)}`);
      }
    }
  }
});

test("lineOf() gives a controller its own line and others the next colour", () => {
  assert.deepEqual(lineOf("sta_smc", 3), { color: controllerColours["sta_smc"], dash: "dash" });
  assert.equal(lineOf("something", seriesColours.length + 1).color, seriesColours[1]);
});
