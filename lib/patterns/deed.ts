/**
 * What one piece of source does to one place, before it is known under which conditions it runs.
 *
 * @module
 */
import type { Place } from "./places.ts";
import type { Effect } from "./rewrites.ts";
import type { Tree } from "./tree.ts";

/** One thing done to one place. */
export interface Deed {
  readonly place: Place;
  readonly effect: Effect;
  readonly tree: Tree;
  /** Method or operator, as `append`, `push`, `+=`, `[]=`. */
  readonly verb: string;
  /** Key of an insert, value of a replace, limit of a trim. */
  readonly detail: Tree | null;
  /** Expression through which the place was reached. */
  readonly object: Tree;
}
