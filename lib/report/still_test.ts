import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { findBrowser, openBrowser } from "./browser.ts";
import { createFigure } from "./figure.ts";
import { packagedBrowser } from "./packaged_browser.ts";
import { renderStills } from "./still.ts";

const COLOUR = "#1b6ca8";
const figure = createFigure(
  [{ type: "bar", x: ["a", "b"], y: [1, 2], marker: { color: COLOUR } }],
  {
    x: "target",
    y: "heap [MB]",
    height: 300,
  },
);

function hasBrowser(find: () => unknown): boolean {
  try {
    find();
    return true;
  } catch {
    return false;
  }
}

const skip = !hasBrowser(findBrowser) && "no Chromium on this machine";
const skipPackaged = !hasBrowser(packagedBrowser) &&
  "@sparticuz/chromium does not fit this machine";

test(
  "renderStills() draws pictures of the asked size in the figure's colours",
  { skip },
  async () => {
    const stills = await renderStills([figure, { ...figure, layout: {} }], {
      width: 640,
      scale: 2,
    });
    assert.deepEqual(stills.map((png) => sizeOf(png)), [[1280, 600], [1280, 840]]);
    // Two bars: a good part of the picture has exactly their colour.
    assert.ok(shareOf(stills[0]!, COLOUR) > 0.2);
  },
);

test("renderStills() draws with the packaged browser alone", { skip: skipPackaged }, async () => {
  const [png] = await renderStills([figure], { browser: packagedBrowser() });
  assert.deepEqual(sizeOf(png!), [800, 300]);
  assert.ok(shareOf(png!, COLOUR) > 0.2);
});

test("renderStills() names the figure that cannot be drawn", { skip }, async () => {
  const broken = { data: [{ y: [1] }], layout: { height: -5 } };
  await assert.rejects(renderStills([figure, broken]), /Cannot draw figure 2: /);
});

test("renderStills() needs no browser for nothing, and none starts after a stop", async () => {
  assert.deepEqual(await renderStills([]), []);
  await assert.rejects(renderStills([figure], { signal: AbortSignal.abort() }), /abort/i);
});

test("openBrowser() says why a browser did not start", async () => {
  const gone = { path: "/no/such/browser", env: {} };
  await assert.rejects(openBrowser(gone), /The browser \/no\/such\/browser ended .*ENOENT/);
  const other = { path: process.execPath, env: {} };
  await assert.rejects(openBrowser(other), /ended \(exit code \d+\): .*bad option/s);
});

function sizeOf(png: Uint8Array): readonly number[] {
  const bytes = Buffer.from(png);
  assert.equal(bytes.toString("latin1", 1, 4), "PNG");
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

/** Share of pixels of a colour in an 8-bit RGB or RGBA PNG. */
function shareOf(png: Uint8Array, colour: string): number {
  const bytes = Buffer.from(png);
  const [width, height] = sizeOf(png);
  const step = bytes[25] === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString("latin1", at + 4, at + 8) === "IDAT") {
      parts.push(bytes.subarray(at + 8, at + 8 + length));
    }
    at += 12 + length;
  }
  const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const row = width! * step;
  const raw = inflateSync(Buffer.concat(parts));
  const out = Buffer.alloc(row * height!);
  let count = 0;
  for (let y = 0; y < height!; y++) {
    const filter = raw[y * (row + 1)]!;
    for (let x = 0; x < row; x++) {
      const left = x >= step ? out[y * row + x - step]! : 0;
      const up = y > 0 ? out[(y - 1) * row + x]! : 0;
      const corner = x >= step && y > 0 ? out[(y - 1) * row + x - step]! : 0;
      const add = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
      out[y * row + x] = raw[y * (row + 1) + 1 + x]! + add;
    }
    for (let x = 0; x < row; x += step) {
      if (wanted.every((v, i) => out[y * row + x + i] === v)) count++;
    }
  }
  return count / (width! * height!);
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}
