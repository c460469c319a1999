/**
 * Registrations with something that lives on: event listeners, observers, timers and
 * subscriptions, and whether the code ever takes them back.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { closureOverThis } from "./closures.ts";
import { localTarget } from "./emitters.ts";
import { finding } from "./finding.ts";
import type { PatternFinding } from "./finding.ts";
import { fileWatcher, listener, observer } from "./listeners.ts";
import { methodAround } from "./model.ts";
import { onceOnly } from "./once.ts";
import type { CallSite } from "./operations.ts";
import { pythonRegistration } from "./python_events.ts";
import type { Registration } from "./registration.ts";
import { droppedDisposable, droppedUndo, subscription } from "./subscriptions.ts";
import { job, timer } from "./timers.ts";
import { className, isActivation, isConstructor } from "./units.ts";

/** Finds listeners, timers and subscriptions. */
export function findEvents(analysis: Analysis): readonly PatternFinding[] {
  return analysis.calls.flatMap((site) => {
    const made = site.fn.source.language === "python"
      ? pythonRegistration(analysis, site, (object, fn) => localTarget(analysis, object, fn))
      : listener(analysis, site) ?? fileWatcher(analysis, site) ?? observer(analysis, site) ??
        timer(analysis, site) ?? job(analysis, site) ??
        subscription(analysis, site) ?? droppedDisposable(analysis, site);
    const kept = made ?? droppedUndo(analysis, site);
    return kept === null ? [] : [describe(analysis, site, kept)];
  });
}

function describe(
  analysis: Analysis,
  site: CallSite,
  { kind, attribute, by, note }: Registration,
): PatternFinding {
  const { fn, tree } = site;
  const unit = methodAround(fn);
  const captures = tree.args.some((arg) => closureOverThis(arg, fn) !== null);
  const isOnce = unit.tree === null || fn === unit && isActivation(unit);
  const start = unit.tree === null ? "while the module loads" : "when the extension starts";
  const bound = by ?? (isOnce ? `once, ${start}` : onceOnly(analysis, site));
  return finding(fn, tree.at, {
    kind,
    class: className(fn),
    attribute,
    bounded: bound !== null,
    bound,
    growth: isOnce || isConstructor(unit) && bound !== null ? "constant" : "per_registration",
    severity: bound === null ? "minor" : "none",
    note: captures ? `${note}; its closure keeps this instance alive` : note,
  });
}
