// Draws the README's picture from a measurement of docs/examples: node tools/readme_picture.mjs
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkTarget, openRun } from "heapbook/audit";
import { linesFigure, renderStills } from "heapbook/report";

const root = fileURLToPath(new URL("..", import.meta.url));
const CYCLES = 1000;

async function measure(store, name) {
  const module = join(root, "docs/examples", `${name}.ts`);
  const { stages } = await checkTarget({ name, module }, {
    cycles: CYCLES,
    warmupCycles: 200,
    maxCycles: CYCLES,
    store,
  });
  const { cycle, heap } = store.readSamples(stages.find(({ samples }) => samples).samples);
  const kept = Array.from(cycle, (_, i) => i).filter((i) => cycle[i] >= 200);
  const first = heap[kept[0]];
  return {
    name,
    x: kept.map((i) => cycle[i]),
    y: kept.map((i) => (heap[i] - first) / 1000),
  };
}

const folder = mkdtempSync(join(tmpdir(), "heapbook-picture-"));
try {
  const store = openRun(folder, { id: "picture" });
  const curves = [await measure(store, "unbounded"), await measure(store, "bounded")];
  const figure = linesFigure(curves, {
    x: "cycle",
    y: "heap since cycle 200 [kB]",
    height: 360,
  });
  const [png] = await renderStills([figure], { scale: 2 });
  mkdirSync(join(root, "docs/images"), { recursive: true });
  writeFileSync(join(root, "docs/images/bounded_unbounded.png"), png);
} finally {
  rmSync(folder, { recursive: true });
}
