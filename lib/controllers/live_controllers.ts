/**
 * The controllers that exist and were not cleaned up, held weakly: an entry leaves by `cleanup()`
 * or when its controller is collected.
 *
 * @module
 */

import type { Controller } from "./controller.ts";

const live = new Set<WeakRef<Controller>>();
const references = new WeakMap<Controller, WeakRef<Controller>>();
// The registry holds the weak reference, never the controller itself.
const collected = new FinalizationRegistry<WeakRef<Controller>>((reference) => {
  live.delete(reference);
});

/** Returns the controllers that were created, not cleaned up and not collected yet. */
export function liveControllers(): readonly Controller[] {
  return [...live].flatMap((reference) => reference.deref() ?? []);
}

/** Returns the number of registry entries, whether or not their controllers were collected. */
export function registrySize(): number {
  return live.size;
}

/** Adds a controller; its constructor calls this. */
export function register(controller: Controller): void {
  const reference = new WeakRef(controller);
  live.add(reference);
  references.set(controller, reference);
  collected.register(controller, reference, reference);
}

/** Removes a controller; its `cleanup()` calls this. */
export function unregister(controller: Controller): void {
  const reference = references.get(controller);
  if (reference === undefined) return;
  live.delete(reference);
  references.delete(controller);
  collected.unregister(reference);
}
