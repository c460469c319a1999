/**
 * The instrument that loads a target and runs nothing: it returns what the target says of itself.
 *
 * @module
 */
import type { LoadedTarget } from "./load_target.ts";
import type { TargetMeta } from "./target.ts";

/** Returns the target's own description. */
export function run({ meta }: LoadedTarget): Promise<TargetMeta> {
  return Promise.resolve(meta);
}
