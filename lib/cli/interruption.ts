/**
 * Ctrl-C: the first one asks the running work to stop and keep what it has, the second one ends the
 * process at once.
 *
 * @module
 */
import process from "node:process";

/** A signal that Ctrl-C (or a polite kill) aborts. Release it when the work is over. */
export interface Interruption {
  readonly signal: AbortSignal;
  release(): void;
}

/** Exit code of a process that Ctrl-C ended, as shells have it: 128 + SIGINT. */
export const INTERRUPTED = 130;

/** Starts to listen for Ctrl-C. */
export function catchInterrupt(): Interruption {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    process.stderr.write("\nStopping: press Ctrl-C again to end at once\n");
    controller.abort(new Error("interrupted"));
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  return {
    signal: controller.signal,
    release: () => void process.off("SIGINT", interrupt).off("SIGTERM", interrupt),
  };
}
