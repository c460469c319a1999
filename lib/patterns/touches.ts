/**
 * Entries that reading makes: `window = windows[host]` puts an empty one into a `defaultdict`
 * under every key that it is asked for.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { idiomsOf } from "./idioms.ts";
import { methodAround } from "./model.ts";
import type { Operation, Read } from "./operations.ts";
import type { Place } from "./places.ts";

/** Returns the reads that may make an entry, where no other line is known to make it. */
export function touches(analysis: Analysis): readonly Operation[] {
  const seen = new Set<string>();
  return analysis.reads.flatMap((read): Operation[] => {
    if (!isPlainRead(analysis, read)) return [];
    const { tree, fn, around, exits } = read;
    const place = analysis.resolver.resolve(tree.object, fn);
    if (place === null || place.path.length === 0) return [];
    const { automatic, element } = analysis.container(place);
    if (!automatic || element === null || isFilledElsewhere(analysis, place, read)) return [];
    if (seen.has(place.key)) return [];
    seen.add(place.key);
    const detail = tree.index;
    return [
      { place, effect: "touch", verb: "[]", detail, fn, tree, around, exits, via: "direct" },
    ];
  });
}

/** The entry is used, not set, deleted or grown by the very expression that reads it. */
function isPlainRead(analysis: Analysis, { tree, fn }: Read): boolean {
  const parent = analysis.parentOf(tree);
  if (parent === null || parent.type === "delete" || parent.type === "index") return false;
  if (parent.type === "assign") return parent.target !== tree;
  if (parent.type !== "member") return true;
  const outer = analysis.parentOf(parent);
  const { grow, shrink, clear } = idiomsOf(fn.source.language);
  const isCalled = outer?.type === "call" && outer.callee === parent;
  return !isCalled ||
    ![grow, shrink, clear].some((methods) => methods.has(parent.property));
}

/** Another line puts entries in, or lets those that are there grow; that is said there. */
function isFilledElsewhere(analysis: Analysis, place: Place, { fn }: Read): boolean {
  const element = analysis.resolver.extend(place, ["[]"]);
  return [place, element].some(({ key }) =>
    analysis.on(key).some(({ effect, verb, via, fn: other }) =>
      (/^(grow|insert)$/.test(effect) || effect === "write" && /(\+=|\|=)$/.test(verb)) &&
      !(via === "alias" && methodAround(other) === methodAround(fn))
    )
  );
}
