/**
 * A target: the unit of work an audit repeats. It is an ES or CommonJS module that exports the
 * contract below (named, or as its default export); `cycle` alone is enough.
 *
 * @module
 */

/** What a target module exports. */
export interface AuditTarget<Context = unknown> {
  readonly meta?: TargetMeta;
  /** Runs once, before the first cycle. */
  setup?(options: TargetOptions): Context | Promise<Context>;
  /** One realistic unit of work; `i` counts from 0. */
  cycle(context: Context, i: number): unknown;
  /** Runs once, at the end. */
  teardown?(context: Context): unknown;
  /** Throws if the work was not really done. */
  validate?(context: Context): void;
}

/** What a target says about itself. */
export interface TargetMeta {
  readonly name?: string;
  readonly description?: string;
  /** Sources that phase 1 reads; found from the module's imports where absent. */
  readonly sources?: readonly string[];
  /** Ways to run it that are audited one by one; `["default"]` where absent. */
  readonly scenarios?: readonly string[];
  /** Simulation steps in one cycle, for figures per step; 1 where absent. */
  readonly stepsPerCycle?: number;
  /** Exported classes whose instances are counted and whose cleanup is verified. */
  readonly classes?: readonly string[];
}

/** Handed to `setup`. */
export interface TargetOptions {
  readonly scenario: string;
  readonly [key: string]: unknown;
}

/** A target as the audit addresses it. */
export interface TargetSpec {
  readonly name: string;
  /** Absolute path of the module. */
  readonly module: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly meta?: TargetMeta;
}
