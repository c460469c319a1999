/**
 * Instrument that looks for orphans: what creating, using, ending and dropping instances of a class
 * leaves in the heap, by type. All objects of the process are counted through the inspector after
 * full collections, in several windows; a type that grew in each of them stays behind.
 *
 * @module
 */

import { type Runtime, Session } from "node:inspector";
import { collect } from "./cleanup_collected.ts";
import { type CleanupContract, endingMethod } from "./cleanup_contract.ts";
import { explainTypes } from "./cleanup_retainer.ts";
import { namedSubjects } from "./cleanup_subjects.ts";
import type { LoadedTarget } from "./load_target.ts";
import type { SandboxPort } from "./sandbox_port.ts";

/** What the parent asks for. */
export interface OrphansParameters {
  /** Classes to create and drop; all of the target's where absent. */
  readonly classes?: readonly string[];
  /** Instances per window. */
  readonly instances: number;
}

/** A type whose objects stayed. */
export interface Orphan {
  readonly type: string;
  /** Objects of the type before the first window and after the last. */
  readonly before: number;
  readonly after: number;
  /** What holds the youngest of them, in words from a root. */
  readonly retainer: string;
}

/** What one class left behind. */
export interface OrphansResult {
  readonly class: string;
  /** Instances created and dropped in all windows. */
  readonly created: number;
  /** Types of objects that were counted. */
  readonly types: number;
  readonly orphans: readonly Orphan[];
}

const WINDOWS = 3;
const WARM_UP = 20; // instances; code, caches and pools that fill once are no orphans
const LEAST_SHARE = 0.02; // objects per instance in each window that count as staying
const HANDLE = "__heapbook_census__";

/** Counts what each class leaves behind. */
export async function run(
  target: LoadedTarget,
  parameters: OrphansParameters,
  port: SandboxPort,
): Promise<readonly OrphansResult[]> {
  port.stage = "measure";
  const results: OrphansResult[] = [];
  for (const subject of namedSubjects(target, parameters.classes)) {
    results.push(await findOrphans(subject, parameters.instances));
  }
  return results;
}

async function findOrphans(subject: CleanupContract, instances: number): Promise<OrphansResult> {
  await createAndDrop(subject, WARM_UP);
  await census(); // the first one compiles its own code
  const counts = [await census()];
  for (let window = 0; window < WINDOWS; window++) {
    await createAndDrop(subject, instances);
    counts.push(await census());
  }
  const least = Math.max(2, Math.ceil(instances * LEAST_SHARE));
  const [first, last] = [counts[0]!, counts[WINDOWS]!];
  const types = [...last.keys()].filter((type) =>
    counts.slice(1).every((count, i) =>
      (count.get(type) ?? 0) - (counts[i]!.get(type) ?? 0) >= least
    )
  );
  const retainers = types.length === 0 ? new Map<string, string>() : explainTypes(types);
  const orphans = types.map((type) => ({
    type,
    before: first.get(type) ?? 0,
    after: last.get(type)!,
    retainer: retainers.get(type)!,
  }));
  return { class: subject.class, created: instances * WINDOWS, types: last.size, orphans };
}

async function createAndDrop(subject: CleanupContract, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const instance = await subject.create();
    await subject.use?.(instance);
    await endingMethod(instance)?.call();
  }
}

/** Returns the number of objects in the heap by the name of their constructor. */
async function census(): Promise<ReadonlyMap<string, number>> {
  await collect();
  const session = new Session();
  session.connect();
  const handle = globalThis as Record<string, unknown>;
  const counts = new Map<string, number>();
  handle[HANDLE] = (all: readonly object[]) => all.forEach((object) => count(counts, object));
  try {
    const prototype = ask(session, "Runtime.evaluate", {
      expression: "Object.prototype",
      objectGroup: HANDLE,
    }).result as Runtime.RemoteObject;
    const { objects } = ask(session, "Runtime.queryObjects", {
      prototypeObjectId: prototype.objectId,
      objectGroup: HANDLE,
    }) as { objects: Runtime.RemoteObject };
    ask(session, "Runtime.callFunctionOn", {
      objectId: objects.objectId,
      functionDeclaration: `function () { globalThis.${HANDLE}(this); }`,
    });
    return counts;
  } finally {
    delete handle[HANDLE];
    session.post("Runtime.releaseObjectGroup", { objectGroup: HANDLE });
    session.disconnect();
  }
}

function count(counts: Map<string, number>, object: object): void {
  const type = typeOf(object);
  counts.set(type, (counts.get(type) ?? 0) + 1);
}

// A getter or a proxy of the target may throw; it is counted all the same.
function typeOf(object: object): string {
  try {
    const prototype = Object.getPrototypeOf(object) as object | null;
    const name = (prototype?.constructor as { name?: unknown } | undefined)?.name;
    return typeof name === "string" && name !== "" ? name : "(no name)";
  } catch {
    return "(unreadable)";
  }
}

function ask(session: Session, method: string, parameters: object): Record<string, unknown> {
  let answer: Record<string, unknown> = {};
  session.post(method, parameters, (error, result) => {
    if (error !== null) {
      throw new Error(`Cannot count objects as ${method} failed: ${error.message}`);
    }
    answer = result as Record<string, unknown>;
  });
  return answer;
}
