/**
 * What of a leak result follows from the record alone: the sentence that tells it, and the state of
 * the process at the snapshots.
 *
 * @module
 */

import type { SampleColumns } from "../measure/mod.ts";
import type { LeakDecision } from "./leak_decision.ts";
import type { LeakResult, Snapshot } from "./results.ts";

/** Tells a decision in one sentence, with the first place and the first holder of a leak. */
export function tellLeak(
  { verdict, why, channel }: LeakDecision,
  { topAllocations, retainers }: Pick<LeakResult, "topAllocations" | "retainers">,
): string {
  const label = verdict === "leak" ? `Leak in ${channel.channel}` : verdict;
  const [site] = topAllocations;
  const [retainer] = retainers;
  if (verdict !== "leak") return `${label[0]?.toUpperCase()}${label.slice(1)}: ${why}`;
  // A place without a byte to show for it was read from the source alone.
  const at = site?.bytes === 0 ? ", perhaps at" : " at";
  const where = site === undefined ? "" : `${at} ${site.file}:${site.line}`;
  return `${label}${where}: ${why}${retainer === undefined ? "" : `; held by ${retainer.words}`}`;
}

/** Returns the state at each snapshot from its row of gauges, and the instances counted there. */
export function snapshotsOf(
  columns: SampleColumns,
  instances: Readonly<Record<string, readonly number[]>>,
): Snapshot[] {
  const column = (name: string): readonly number[] => columns[name] ?? [];
  return column("cycle").map((cycle, k) => ({
    cycle,
    heapBytes: column("heap")[k] as number,
    externalBytes: column("external")[k] as number,
    arrayBufferBytes: column("arrayBuffers")[k] as number,
    mallocedBytes: column("malloced")[k] as number,
    rssBytes: column("rss")[k] as number,
    activeResources: column("resources")[k] as number,
    instances: Object.fromEntries(
      Object.entries(instances).map(([name, counts]) => [name, counts[k] ?? 0]),
    ),
  }));
}
