/**
 * Puts the witnesses together. The exact trend says whether a channel keeps growing, the survivors
 * say whether objects of every age stay, the snapshots say what holds them; a leak on the JS heap
 * needs two of them, growth outside it is exact and needs only the trend.
 *
 * @module
 */

import type { GrowingHolder } from "../measure/mod.ts";
import type { ChannelJudgement } from "./leak_channels.ts";
import type { Verdict } from "./results.ts";
import {
  type SurvivorJudgement,
  survivorLimit,
  survivorRate,
  type SurvivorRecord,
} from "./survivor_judgement.ts";

/** What was seen of one target. */
export interface LeakEvidence {
  readonly channels: readonly ChannelJudgement[];
  readonly survivors?: SurvivorJudgement;
  readonly holders?: readonly GrowingHolder[];
  readonly cycles: number;
  /** Cycles asked for; a trend that went on for eight times as many has had its chance to settle. */
  readonly askedCycles: number;
  /** Limit of concern, bytes per cycle. */
  readonly concern: number;
  /** Confidence of intervals. */
  readonly confidence: number;
}

/** The verdict with the channel it rests on. */
export interface LeakDecision {
  readonly verdict: Exclude<Verdict, "error">;
  readonly channel: ChannelJudgement;
  readonly why: string;
}

const LEAST_SHARE_OF_CYCLES = 0.5; // of those asked for; with fewer, nothing is clean
const LEAST_NATIVE_BYTES = 1.5e6; // what a steady process's resident set may wander
const UNEXPLAINED_SHARE = 0.5; // of what the exact channels grow by; less goes with them
const LONG_RUN = 4; // times the cycles asked for
const FINE_SHARE = 1 / 8; // of the limit of concern: a trend that leaves more room is no witness alone
const UNEXPLAINED_RATE = 16; // bytes per cycle without any object to show for it

/** Decides about one target from all that was seen. */
export function decideLeak(evidence: LeakEvidence): LeakDecision {
  const decision = decideByChannels(evidence);
  const { cycles, askedCycles } = evidence;
  if (decision.verdict !== "clean" || cycles >= LEAST_SHARE_OF_CYCLES * askedCycles) {
    return decision;
  }
  const why = `only ${cycles} of ${askedCycles} cycles fit into the time limit`;
  return { ...decision, verdict: "inconclusive", why };
}

function decideByChannels(evidence: LeakEvidence): LeakDecision {
  const heap = evidence.channels.find(({ channel }) => channel === "heap") as ChannelJudgement;
  const outside = evidence.channels.filter((judgement) => judgement !== heap);
  const grown = outside.filter((judgement) => isGrowing(judgement, evidence))
    .sort((a, b) => weight(b) - weight(a));
  const onHeap = decideHeap(heap, evidence);
  const first = grown[0];
  if (onHeap.verdict === "leak" && (first === undefined || weight(heap) >= weight(first))) {
    return onHeap;
  }
  if (first !== undefined) {
    const where = first.place === undefined ? "" : ` in ${first.place}`;
    const rate = `${format(first.bytesPerCycle)} ${first.unit} per cycle${where}`;
    return { verdict: "leak", channel: first, why: `${rate}, kept up` };
  }
  if (onHeap.verdict === "inconclusive") return onHeap;
  const unclear = outside.find((judgement) => isOpen(judgement, evidence));
  if (unclear === undefined) return withNativeRoom(onHeap, outside);
  return {
    verdict: "inconclusive",
    channel: unclear,
    why: `${format(unclear.bytesPerCycle)} ${unclear.unit} per cycle, not steady`,
  };
}

/** Says with a clean heap how much native memory could still leak, which shows in pages only. */
function withNativeRoom(
  decision: LeakDecision,
  outside: readonly ChannelJudgement[],
): LeakDecision {
  const native = outside.find(({ channel }) => channel === "native");
  if (decision.verdict !== "clean" || native === undefined) return decision;
  const room = format(Math.max(native.threshold, native.limitOfDetection, native.interval[1]));
  const why = `${decision.why}; native memory grows by less than ${room} bytes per cycle`;
  return { ...decision, why };
}

/**
 * Decides, and where a clean heap is so restless that its trend leaves more room than the limit of
 * concern, lets the survivors bound the rate: none of all ages was found, so there are fewer than
 * would be missed by chance.
 */
export function decideBounded(
  evidence: LeakEvidence,
  survivors: SurvivorRecord | undefined,
): { readonly evidence: LeakEvidence; readonly decision: LeakDecision } {
  const decision = decideLeak(evidence);
  const heap = evidence.channels[0] as ChannelJudgement;
  const isRestless = heap.interval[1] > evidence.concern ||
    heap.limitOfDetection > evidence.concern;
  const isBound = decision.verdict === "clean" && survivors !== undefined && isRestless &&
    evidence.survivors?.leaking.length === 0;
  if (!isBound) return { evidence, decision };
  const limit = survivorLimit(survivors, evidence.confidence);
  const bounded: ChannelJudgement = {
    ...heap,
    bytesPerCycle: 0,
    interval: [0, limit],
    limitOfDetection: limit,
    state: "flat",
  };
  const channels = evidence.channels.map((judged) => judged === heap ? bounded : judged);
  const again = { ...evidence, channels };
  return { evidence: again, decision: decideLeak(again) };
}

/**
 * Whether more cycles or another witness are needed before the heap can be judged; a brief answer
 * needs none where the trend leaves no room for the limit of concern.
 */
export function needsWitness(
  { channels, concern, cycles, askedCycles }: LeakEvidence,
  isBrief: boolean = false,
): boolean {
  const heap = channels.find(({ channel }) => channel === "heap") as ChannelJudgement;
  // A target so slow that it did not get its cycles is not made to run as many again.
  const share = isBrief || cycles < askedCycles ? 1 : FINE_SHARE;
  return heap.state !== "flat" || !leavesNoRoom(heap, share * concern);
}

/** Whether a heap stands so still that a leak of a rate would have shown. */
function leavesNoRoom({ limitOfDetection, interval }: ChannelJudgement, rate: number): boolean {
  return limitOfDetection <= rate && interval[1] <= rate;
}

function decideHeap(heap: ChannelJudgement, evidence: LeakEvidence): LeakDecision {
  const objects = (evidence.survivors?.leaking.length ?? 0) > 0;
  const held = (evidence.holders?.length ?? 0) > 0;
  const isSteady = heap.state === "growing" && heap.bytesPerCycle >= heap.threshold;
  if (isSteady) return decideSteady(heap, evidence, objects || held);
  const isHidden = heap.state === "flat" || heap.state === "unclear";
  if (isHidden && objects && held) return bySurvivors(heap, evidence);
  if (heap.state === "flat") return decideFlat(heap, evidence, objects);
  return decideUnsteady(heap, evidence, objects);
}

function decideSteady(
  heap: ChannelJudgement,
  { cycles, askedCycles, concern }: LeakEvidence,
  isExplained: boolean,
): LeakDecision {
  const rate = `${format(heap.bytesPerCycle)} bytes per cycle`;
  const isLong = cycles >= LONG_RUN * askedCycles && heap.bytesPerCycle >= UNEXPLAINED_RATE;
  if (isExplained || isLong) {
    const where = isExplained ? "" : ", by no one place";
    return {
      verdict: "leak",
      channel: heap,
      why: `${rate}, kept up over ${cycles} cycles${where}`,
    };
  }
  return heap.interval[1] < concern
    ? { verdict: "clean", channel: heap, why: `${rate}, below the limit of concern` }
    : { verdict: "inconclusive", channel: heap, why: `${rate}, but nothing that stays was found` };
}

function decideFlat(
  heap: ChannelJudgement,
  { concern, survivors }: LeakEvidence,
  objects: boolean,
): LeakDecision {
  const isStill = leavesNoRoom(heap, concern);
  if (objects && !isStill) {
    const why = "objects of all ages survive while the heap stands still";
    return { verdict: "inconclusive", channel: heap, why };
  }
  if (isStill) return { verdict: "clean", channel: heap, why: "the heap stands still" };
  return byAbsence(heap, survivors, "the heap stands still");
}

/** What slows down, wanders, or grows by less than counts. */
function decideUnsteady(
  heap: ChannelJudgement,
  { concern, survivors }: LeakEvidence,
  objects: boolean,
): LeakDecision {
  const { state, rates, interval } = heap;
  const tell = (verdict: "clean" | "inconclusive", why: string): LeakDecision => ({
    verdict,
    channel: heap,
    why,
  });
  const ends = `${format(rates[1])} then ${format(rates[0])} bytes per cycle`;
  if (state === "settling") {
    return objects || rates[0] >= concern
      ? tell("inconclusive", `growth slows down but has not ended: ${ends}`)
      : tell("clean", `growth ends: ${ends}`);
  }
  if (objects) {
    return tell("inconclusive", "objects of all ages survive, but the heap does not grow steadily");
  }
  return interval[0] > concern
    ? tell("inconclusive", `the heap rises unsteadily, and nothing that stays was found: ${ends}`)
    : byAbsence(heap, survivors, "the heap wanders");
}

/** Clean where no survivors speak against it: they must have been looked at. */
function byAbsence(
  heap: ChannelJudgement,
  survivors: SurvivorJudgement | undefined,
  trend: string,
): LeakDecision {
  return survivors === undefined
    ? {
      verdict: "inconclusive",
      channel: heap,
      why: `${trend}, but its survivors could not be looked at`,
    }
    : { verdict: "clean", channel: heap, why: `${trend}, and no place has survivors of all ages` };
}

/** A leak that a restless heap hides: where its trend does not tell a rate, the survivors do. */
function bySurvivors(
  heap: ChannelJudgement,
  { survivors, confidence }: LeakEvidence,
): LeakDecision {
  const isTold = heap.interval[0] > 0 || survivors === undefined;
  const rate = isTold ? {} : survivorRate(survivors, confidence);
  return {
    verdict: "leak",
    channel: { ...heap, growth: "linear", ...rate },
    why: "objects of all ages survive, and their holder grows",
  };
}

function isGrowing(judgement: ChannelJudgement, { channels, cycles }: LeakEvidence): boolean {
  const { state, bytesPerCycle, threshold, channel } = judgement;
  if (state !== "growing" || bytesPerCycle < threshold) return false;
  if (channel !== "native") return true;
  // Pages that V8 or malloc keep around a growing heap are not a leak of their own.
  const others = channels.filter((other) => other.channel !== "native" && other.unit === "bytes");
  const explained = others.reduce((sum, other) => sum + Math.max(0, other.bytesPerCycle), 0);
  const rise = bytesPerCycle * (cycles - judgement.settledFrom);
  const isOwn = bytesPerCycle > UNEXPLAINED_SHARE * explained;
  return rise > LEAST_NATIVE_BYTES && isOwn && judgement.interval[0] > 0;
}

/** Neither flat nor growing, at a rate that would matter. */
function isOpen(
  { state, bytesPerCycle, threshold, unit, channel, interval }: ChannelJudgement,
  { concern }: LeakEvidence,
): boolean {
  if (channel === "native" || unit !== "bytes") return false;
  return state === "unclear" && bytesPerCycle >= Math.max(threshold, concern) && interval[0] > 0;
}

/** Resources count for what one costs at least. */
function weight({ bytesPerCycle, unit }: ChannelJudgement): number {
  return unit === "bytes" ? bytesPerCycle : bytesPerCycle * 4096;
}

function format(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(2)));
}
