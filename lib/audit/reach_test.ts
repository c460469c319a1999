import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { reconcile } from "./reconcile.ts";
import { traceReach } from "./reach.ts";
import {
  leakPhase,
  leakResult,
  patternFinding,
  patternsPhase,
} from "./testdata/recorded_phases.ts";
import { recordedPhases } from "./testdata/recorded_phases.ts";

const TARGET = `const seen = new Set<number>();
const rare: number[] = [];
interface Work { readonly size: number }
export function cycle(_context: unknown, i: number): number {
  seen.add(i % 8);
  if (i < 0) {
    rare.push(i);
  }
  return seen.size;
}
export function unused(work: Work): void { rare.push(work.size); }
`;

let folder: string;
before(() => void (folder = mkdtempSync(join(tmpdir(), "heapbook-reach-"))));
after(() => rmSync(folder, { recursive: true, force: true }));

test("traceReach() tells the sites that a target runs from those it only loads", async () => {
  const module = join(folder, "target.ts");
  writeFileSync(module, TARGET);
  const task = {
    spec: { name: "target", module },
    scenario: "default",
    cycles: 30,
    warmupCycles: 0,
    maxCycles: 30,
    snapshotCycles: [],
    timeoutSeconds: 30,
    budgetSeconds: 10,
    stillSeconds: 0,
    brief: false,
    memoryLimitMb: 256,
  };
  const site = (line: number, column: number) => ({ file: "target.ts", line, column });
  const sites = [site(5, 3), site(7, 5), site(11, 44)];
  const [reach] = await traceReach([task], sites, { root: folder });
  assert.deepEqual(reach, {
    target: "target",
    scenario: "default",
    cycles: 20,
    sites: ["target.ts:5"],
  });
});

test("reconcile() believes the coverage of a site before the instances of its class", () => {
  const finding = patternFinding({ bounded: false, bound: null, severity: "major" });
  const result = leakResult();
  const { target, scenario } = result;
  const rows = (sites: readonly string[]) =>
    reconcile({
      ...recordedPhases(),
      patterns: patternsPhase([finding]),
      leaks: leakPhase({ results: [result], reach: [{ target, scenario, cycles: 20, sites }] }),
    });
  assert.equal(rows([`${finding.file}:${finding.line}`])[0]!.status, "refuted");
  assert.equal(rows([])[0]!.status, "not_reached");
});
