/**
 * The commands of `heapbook`, in the order of its help. Each is loaded only when it runs, so that
 * `heapbook --help` answers at once and no command needs the packages of another.
 *
 * @module
 */

/** Runs a command on the words after its name; returns the exit code. */
export type Command = (argv: readonly string[]) => Promise<number>;

/** One line of the command table. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command there is. */
export const commands: readonly CommandEntry[] = [
  {
    name: "audit",
    summary: "Run the whole audit and answer: is it memory-safe for long-running use?",
    load: async () => (await import("./audit.ts")).auditCommand,
  },
  {
    name: "check",
    summary: "Judge any module: does it leak when its cycle repeats?",
    load: async () => (await import("./check.ts")).checkCommand,
  },
  {
    name: "init-target",
    summary: "Write a commented target to start from",
    load: async () => (await import("./init_target.ts")).initTargetCommand,
  },
  {
    name: "verify",
    summary: "Recompute every number of a report from its recorded data",
    load: async () => (await import("./verify.ts")).verifyCommand,
  },
  {
    name: "detect-memory-leaks",
    summary: "Measure what controllers leave behind per cycle",
    load: async () => (await import("./detect_memory_leaks.ts")).detectMemoryLeaksCommand,
  },
  {
    name: "stress-test-memory",
    summary: "Run controllers for long, and watch their memory from outside",
    load: async () => (await import("./stress_test_memory.ts")).stressTestMemoryCommand,
  },
  {
    name: "simulate",
    summary: "Simulate a controller on the cart with two links",
    load: async () => (await import("./simulate.ts")).simulateCommand,
  },
  {
    name: "tune",
    summary: "Find gains for a controller with a particle swarm",
    load: async () => (await import("./tune.ts")).tuneCommand,
  },
  {
    name: "patterns",
    summary: "Find memory patterns in sources without running them",
    load: async () => (await import("./patterns.ts")).patternsCommand,
  },
  {
    name: "notebook",
    summary: "Publish scripts as notebooks, bring edits back, check both",
    load: async () => (await import("./notebook.ts")).notebookCommand,
  },
  {
    name: "config",
    summary: "Check config.yaml, show it with defaults, or start one",
    load: async () => (await import("./config.ts")).configCommand,
  },
];
