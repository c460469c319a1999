/**
 * Planted innocent: a cache of 200 entries that throws out the least recently used. Keys come from
 * a seeded generator, so hits, misses and evictions mix as in a real cache.
 *
 * @module
 */
import type { TargetMeta } from "../../measure/target.ts";

/** Entries kept. */
const CAPACITY = 200;

/** Different keys asked for. */
const KEYS = 400;

/** Look-ups in one cycle. */
const LOOKUPS = 4;

/** State of the innocent. */
export interface Lru {
  readonly entries: Map<number, { readonly key: number; readonly text: string }>;
  /** State of the generator of keys. */
  random: number;
  hits: number;
  misses: number;
}

/** Names the control. */
export const meta: TargetMeta = {
  name: "innocent_lru",
  description: "Caches 200 of 400 keys and evicts the least recently used",
};

/** Starts with an empty cache. */
export function setup(): Lru {
  return { entries: new Map(), random: 1, hits: 0, misses: 0 };
}

/** Looks a few keys up, creating and evicting as needed. */
export function cycle(cache: Lru): void {
  for (let i = 0; i < LOOKUPS; i++) lookUp(cache, nextKey(cache));
}

/** Throws unless the cache missed, evicted and kept its capacity. */
export function validate(cache: Lru): void {
  const { entries, hits, misses } = cache;
  if (misses === 0 || entries.size > CAPACITY || entries.size > misses) {
    throw new Error(
      `Cannot trust the control as it must keep at most ${CAPACITY} entries: it has ${entries.size} after ${hits} hits and ${misses} misses`,
    );
  }
}

function lookUp(cache: Lru, key: number): void {
  const { entries } = cache;
  const hit = entries.get(key);
  if (hit) {
    cache.hits++;
    entries.delete(key);
    entries.set(key, hit);
    return;
  }
  cache.misses++;
  entries.set(key, { key, text: `value ${key}` });
  if (entries.size > CAPACITY) entries.delete(entries.keys().next().value!);
}

// Park and Miller's minimal standard generator: its products stay below 2^53.
function nextKey(cache: Lru): number {
  cache.random = cache.random * 48_271 % 2_147_483_647;
  return cache.random % KEYS;
}
