/**
 * How long an assertion may take, so that it speaks before the test runner's own time is up.
 *
 * @module
 */

/** The time that one assertion has. */
export interface TimeBudget {
  /** Time that measuring and explaining may take, s. */
  readonly seconds: number;
  /** Whether the measurement itself is cut short then; else only explanations are left out. */
  readonly isHard: boolean;
  /** Returns the time that is left, s. */
  left(): number;
}

const SHARE = 0.8; // of the time that the runner gives: for the rest of the test, and a margin
const UNLIMITED_SECONDS = 20; // where the runner has no limit, for people who wait
const LEAST_SECONDS = 0.5;
/** Mocha's limit of 2 s is the shortest of the common ones, and cannot be asked for. */
const DEFAULT_SECONDS = 1.6;

/** Starts the clock: of what the caller gives, what the runner says, or what every runner gives. */
export function openBudget(given: number | undefined): TimeBudget {
  const startedAt = performance.now();
  const limit = given === undefined ? vitestSecondsLeft() : undefined;
  const seconds = given ??
    (limit !== undefined
      ? Math.max(LEAST_SECONDS, Math.min(SHARE * limit, UNLIMITED_SECONDS))
      : isNodeTest()
      ? UNLIMITED_SECONDS
      : DEFAULT_SECONDS);
  return {
    seconds,
    isHard: given !== undefined || limit !== undefined,
    left: () => seconds - (performance.now() - startedAt) / 1000,
  };
}

interface VitestWorker {
  readonly current?: {
    readonly timeout?: number;
    readonly result?: { readonly startTime?: number };
  };
  readonly config?: { readonly testTimeout?: number };
}

/** What is left of the running test's timeout under vitest; undefined elsewhere. */
function vitestSecondsLeft(): number | undefined {
  const { __vitest_worker__: worker } = globalThis as { __vitest_worker__?: VitestWorker };
  if (worker === undefined) return undefined;
  const { timeout, result } = worker.current ?? {};
  const limit = timeout ?? worker.config?.testTimeout;
  if (limit === undefined) return undefined;
  if (limit <= 0 || !Number.isFinite(limit)) return UNLIMITED_SECONDS / SHARE;
  const startedAt = result?.startTime ?? Date.now();
  return (limit - (Date.now() - startedAt)) / 1000;
}

/** Node's own runner has no limit by default. */
function isNodeTest(): boolean {
  return process.env["NODE_TEST_CONTEXT"] !== undefined;
}
