/**
 * What a user may choose about an audit: the `audit` block of config.yaml, its schema and its type.
 *
 * @module
 */

/** A target listed in config.yaml under a name of its own. */
export interface TargetEntry {
  readonly name: string;
  /** Path of the module, relative to config.yaml. */
  readonly module: string;
  /** Handed to the target's `setup` beside the scenario. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Files that phase 1 reads; found from the module's imports where empty. */
  readonly sources: readonly string[];
}

/** Another JavaScript runtime to run targets on. */
export interface RuntimeEntry {
  readonly name: string;
  /** Path of the node executable, relative to config.yaml. */
  readonly path: string;
}

/** The `audit` block of config.yaml. Lengths in cycles, times in seconds, memory as named. */
export interface AuditSettings {
  readonly seed: number;
  readonly cycles: number;
  readonly quickCycles: number;
  readonly warmupCycles: number;
  readonly maxCycles: number;
  readonly snapshots: readonly number[];
  readonly repetitions: number;
  readonly workers: number;
  readonly confidence: number;
  readonly concernBytesPerCycle: number;
  readonly limits: {
    readonly acceptableMb: number;
    readonly majorMb: number;
    readonly criticalMb: number;
  };
  readonly controls: readonly number[];
  readonly timeout: number;
  readonly memoryLimitMb: number;
  readonly memoryBudgetMb: number;
  readonly plannedSeconds: {
    readonly patterns: number;
    readonly leaks: number;
    readonly stress: number;
    readonly cleanup: number;
    readonly report: number;
  };
  readonly stress: { readonly cycles: number; readonly sampleInterval: number };
  readonly patterns: { readonly sources: readonly string[]; readonly exclude: readonly string[] };
  /** Names of built-in targets, and targets of the user's own. */
  readonly targets: readonly (string | TargetEntry)[];
  readonly runtimes: readonly RuntimeEntry[];
}

const plannedSeconds = (seconds: number, phase: string) => ({
  type: "number",
  exclusiveMinimum: 0,
  default: seconds,
  description: `Planned time of ${phase}, s; the report shows it beside the actual time`,
});

/** JSON Schema of the `audit` block, keys as in config.yaml. */
export const auditSchema: Readonly<Record<string, unknown>> = {
  type: "object",
  additionalProperties: false,
  description: "How memory is measured and judged",
  properties: {
    seed: {
      type: "integer",
      minimum: 0,
      maximum: 4294967295,
      default: 20240,
      description: "Seed of the order of targets, of sampling and of every interval",
    },
    cycles: {
      type: "integer",
      minimum: 20,
      maximum: 1000000,
      default: 1000,
      description: "Measured cycles per target, after warm-up",
    },
    quick_cycles: {
      type: "integer",
      minimum: 20,
      maximum: 1000000,
      default: 200,
      description: "Measured cycles per target with --quick",
    },
    warmup_cycles: {
      type: "integer",
      minimum: 0,
      maximum: 100000,
      default: 200,
      description: "Cycles before the first measured one",
    },
    max_cycles: {
      type: "integer",
      minimum: 20,
      maximum: 10000000,
      default: 8000,
      description: "Most cycles that an inconclusive target is measured on for",
    },
    snapshots: {
      type: "array",
      minItems: 2,
      items: { type: "integer", minimum: 0 },
      default: [0, 100, 500, 1000],
      description: "Cycles at which the state of the process is recorded after a full collection",
    },
    repetitions: {
      type: "integer",
      minimum: 1,
      maximum: 100,
      default: 1,
      description: "Fresh processes per target and scenario",
    },
    workers: {
      type: "integer",
      minimum: 1,
      maximum: 64,
      default: 2,
      description: "Targets measured at the same time; natural-behaviour phases always use one",
    },
    confidence: {
      type: "number",
      minimum: 0.5,
      exclusiveMaximum: 1,
      default: 0.99,
      description: "Coverage of the reported intervals",
    },
    concern_bytes_per_cycle: {
      type: "number",
      exclusiveMinimum: 0,
      default: 16,
      description:
        "Limit of concern: a target is clean when its whole interval lies below, B/cycle",
    },
    limits: {
      type: "object",
      additionalProperties: false,
      description: "Growth over 1000 cycles by severity",
      properties: {
        acceptable_mb: {
          type: "number",
          exclusiveMinimum: 0,
          default: 5,
          description: "Success criterion: growth must stay below, MB per 1000 cycles",
        },
        major_mb: {
          type: "number",
          exclusiveMinimum: 0,
          default: 10,
          description: "A leak from here on is major, MB per 1000 cycles",
        },
        critical_mb: {
          type: "number",
          exclusiveMinimum: 0,
          default: 50,
          description: "A leak above is critical, MB per 1000 cycles",
        },
      },
    },
    controls: {
      type: "array",
      items: { type: "number", minimum: 1 },
      default: [8, 64, 1024],
      description: "Planted leaks that the instrument must find in each run, B/cycle",
    },
    timeout: {
      type: "number",
      exclusiveMinimum: 0,
      default: 120,
      description: "Longest time one measuring process may take, s",
    },
    memory_limit_mb: {
      type: "integer",
      minimum: 64,
      default: 2048,
      description: "Heap limit of one measuring process, MB",
    },
    memory_budget_mb: {
      type: "number",
      exclusiveMinimum: 0,
      default: 512,
      description: "Memory a deployment may use for growth; the maximum run length follows, MB",
    },
    planned_seconds: {
      type: "object",
      additionalProperties: false,
      description: "Planned time of each phase",
      properties: {
        patterns: plannedSeconds(20, "phase 1"),
        leaks: plannedSeconds(120, "phase 2"),
        stress: plannedSeconds(60, "phase 3"),
        cleanup: plannedSeconds(40, "phase 4"),
        report: plannedSeconds(20, "phase 5"),
      },
    },
    stress: {
      type: "object",
      additionalProperties: false,
      description: "Natural behaviour, seen from outside the process",
      properties: {
        cycles: {
          type: "integer",
          minimum: 20,
          maximum: 10000000,
          default: 1000,
          description: "Cycles per target",
        },
        sample_interval: {
          type: "number",
          minimum: 0.001,
          maximum: 60,
          default: 0.02,
          description: "Time between two samples of the resident set, s",
        },
      },
    },
    patterns: {
      type: "object",
      additionalProperties: false,
      description: "Which sources phase 1 reads",
      properties: {
        sources: {
          type: "array",
          items: { type: "string", minLength: 1 },
          default: [
            "lib/parallel",
            "lib/kernel",
            "lib/plant",
            "lib/controllers",
            "lib/simulation",
            "lib/optimizer",
          ],
          description: "Files and folders, relative to config.yaml",
        },
        exclude: {
          type: "array",
          items: { type: "string", minLength: 1 },
          default: ["dist", "node_modules", "testdata", "*_test.ts"],
          description: "Names of folders and files to leave out; * stands for any characters",
        },
      },
    },
    targets: {
      type: "array",
      minItems: 1,
      default: [
        "classical_smc",
        "sta_smc",
        "adaptive_smc",
        "hybrid_adaptive_sta_smc",
        "simulation_runner",
        "simulation_context",
        "batch_simulation",
        "controller_factory",
        "pso_tuner",
        "orchestrator",
      ],
      description: "Built-in targets by name, and modules of your own with name and module",
      items: {
        type: ["string", "object"],
        additionalProperties: false,
        required: ["name", "module"],
        properties: {
          name: { type: "string", minLength: 1, description: "Name in tables and file names" },
          module: { type: "string", minLength: 1, description: "Path, relative to config.yaml" },
          options: {
            type: "object",
            additionalProperties: true,
            default: {},
            description: "Handed to the target's setup",
          },
          sources: {
            type: "array",
            items: { type: "string", minLength: 1 },
            default: [],
            description: "Files that phase 1 reads; from the module's imports where empty",
          },
        },
      },
    },
    runtimes: {
      type: "array",
      default: [],
      description: "Other node executables to run the targets on",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "path"],
        properties: {
          name: { type: "string", minLength: 1, description: "Name in tables" },
          path: { type: "string", minLength: 1, description: "Path of the executable" },
        },
      },
    },
  },
};
