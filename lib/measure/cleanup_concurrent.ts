/**
 * Instrument that runs a target's concurrency checks one after the other, and then looks whether
 * threads, handles or timers were left behind.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { collect } from "./cleanup_collected.ts";
import type { ConcurrencyContract } from "./cleanup_contract.ts";
import type { CleanupRow } from "./cleanup_result.ts";
import { threadChecks } from "./cleanup_threads.ts";
import type { LoadedTarget } from "./load_target.ts";
import type { SandboxPort } from "./sandbox_port.ts";

const WAIT_MS = 100; // between two looks at what is left
const WAITS = 40; // threads leave in their own time

/**
 * Runs the checks that the target exports as `concurrencyChecks`. A target that only names classes
 * gets those that hold for any; one that does neither has none.
 */
export async function run(
  target: LoadedTarget,
  _parameters: unknown,
  port: SandboxPort,
): Promise<readonly CleanupRow[]> {
  port.stage = "measure";
  const contracts = contractsOf(target);
  if (contracts.length === 0) return [];
  // Node's own pool of threads and the process's streams open at their first use and stay.
  await stat(".");
  void [process.stdout, process.stderr];
  const before = openThings();
  const rows: CleanupRow[] = [];
  for (const contract of contracts) rows.push(await observe(contract));
  return [...rows, await nothingLeft(before, target.name)];
}

function contractsOf(target: LoadedTarget): readonly ConcurrencyContract[] {
  const { concurrencyChecks, cleanupSubjects } = target.exports;
  if (Array.isArray(concurrencyChecks)) return concurrencyChecks as ConcurrencyContract[];
  const isNamed = (target.meta.classes?.length ?? 0) > 0 && cleanupSubjects === undefined;
  return isNamed ? threadChecks(target) : [];
}

async function observe(contract: ConcurrencyContract): Promise<CleanupRow> {
  const { class: owner, method, check, expected } = contract;
  try {
    const { passed, observed } = await contract.run();
    return { class: owner, method, check, passed, observed, expected };
  } catch (error) {
    const observed = `threw ${error instanceof Error ? error.message : String(error)}`;
    return { class: owner, method, check, passed: false, observed, expected };
  }
}

async function nothingLeft(before: readonly string[], name: string): Promise<CleanupRow> {
  let left = difference(openThings(), before);
  for (let wait = 0; wait < WAITS && left.length > 0; wait++) {
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    await collect();
    left = difference(openThings(), before);
  }
  return {
    class: name,
    method: "exit",
    check: "concurrency.nothing_left",
    passed: left.length === 0,
    observed: left.length === 0 ? "no thread, handle or timer more than before" : left.join(", "),
    expected: "threads, handles and timers are as before",
  };
}

/** Kinds of things that keep a process busy, one entry each; threads by their number. */
function openThings(): readonly string[] {
  const threads = new Array<string>(countThreads()).fill("thread");
  return [...process.getActiveResourcesInfo(), ...threads];
}

/** Threads of this process; 0 where the system does not tell. */
function countThreads(): number {
  const status = "/proc/self/status";
  if (!existsSync(status)) return 0;
  return Number(/^Threads:\s+(\d+)/m.exec(readFileSync(status, "utf8"))?.[1] ?? 0);
}

function difference(after: readonly string[], before: readonly string[]): readonly string[] {
  const rest = [...before];
  return after.filter((thing) => {
    const at = rest.indexOf(thing);
    if (at < 0) return true;
    rest.splice(at, 1);
    return false;
  });
}
