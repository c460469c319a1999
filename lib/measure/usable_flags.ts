/**
 * Leaves out flags that a Node binary does not know: V8 drops and renames some from one major to
 * the next, and Node refuses to start with an unknown one.
 *
 * @module
 */

import { execFile } from "node:child_process";

const known = new Map<string, Promise<boolean>>();

/** Returns the flags with which the binary starts and collects garbage. */
export async function usableFlags(
  execPath: string,
  flags: readonly string[],
): Promise<readonly string[]> {
  if (await starts(execPath, flags)) return flags;
  const usable = await Promise.all(flags.map((flag) => starts(execPath, [flag])));
  return flags.filter((_, index) => usable[index]);
}

function starts(execPath: string, flags: readonly string[]): Promise<boolean> {
  const key = JSON.stringify([execPath, ...flags]);
  let answer = known.get(key);
  if (answer === undefined) {
    answer = new Promise((resolve) => {
      execFile(execPath, ["--expose-gc", ...flags, "-e", "gc()"], (e) => resolve(e === null));
    });
    known.set(key, answer);
  }
  return answer;
}
