/**
 * The rules that results in SARIF belong to: what each means and what to do about it, as
 * code-scanning services show it beside a result.
 *
 * @module
 */

/** How much a result matters. */
export type SarifLevel = "error" | "warning" | "note";

/** A rule, with its texts. */
export interface SarifRule {
  readonly id: string;
  readonly name: string;
  /** One line. */
  readonly title: string;
  /** What it means. */
  readonly about: string;
  /** What to do. */
  readonly help: string;
  readonly level: SarifLevel;
  /** How sure a result is: measured, or read from the source. */
  readonly precision: "very-high" | "high" | "medium";
}

/** Every rule there is; ids never change, since services know results again by them. */
export const SARIF_RULES: readonly SarifRule[] = [
  {
    id: "heapbook/leak",
    name: "MemoryLeak",
    title: "Memory grows with every cycle and is never released",
    about: "The target was repeated in a process of its own. After forced full collections its " +
      "memory grows at a steady rate, which at least two independent measurements confirm.",
    help: "Bound the container that keeps the objects (a ring, a capped map, an expiry), remove " +
      "what was registered (listeners, timers, subscriptions), or let go at the end of life.",
    level: "error",
    precision: "very-high",
  },
  {
    id: "heapbook/inconclusive",
    name: "MemoryGrowthUndecided",
    title: "Measurement could not tell whether memory grows",
    about: "The measurements of this target disagree, even after measuring longer.",
    help: "Measure longer (--cycles), make the cycle do the same work each time, or fill caches " +
      "in setup.",
    level: "warning",
    precision: "medium",
  },
  {
    id: "heapbook/unbounded-growth",
    name: "UnboundedGrowth",
    title: "State that outlives the call grows without a bound",
    about: "Reading the source finds no place that removes what is added here. Nothing was run.",
    help: "Add a bound or remove entries that are no longer needed.",
    level: "warning",
    precision: "medium",
  },
  {
    id: "heapbook/unreleased",
    name: "UnreleasedResource",
    title: "A listener, timer, subscription or owned field is registered and never released",
    about: "Reading the source finds no place that releases it. Nothing was run.",
    help: "Release it where its owner ends: removeListener, clearInterval, unsubscribe, dispose.",
    level: "warning",
    precision: "medium",
  },
  {
    id: "heapbook/pattern",
    name: "MemoryPattern",
    title: "A memory pattern that a reviewer should know of",
    about: "Reading the source finds a pattern that is often sound and sometimes a leak.",
    help: "Check that what is kept here is meant to be kept for as long as the program runs.",
    level: "note",
    precision: "medium",
  },
];

/** Returns a rule as the tool's description lists it. */
export function describeRule(rule: SarifRule): object {
  const { id, name, title, about, help, level, precision } = rule;
  return {
    id,
    name,
    shortDescription: { text: title },
    fullDescription: { text: about },
    help: { text: help, markdown: `${about}\n\n**What to do.** ${help}` },
    defaultConfiguration: { level },
    properties: {
      tags: ["memory", "reliability"],
      precision,
      "problem.severity": level === "note" ? "recommendation" : level,
    },
  };
}
