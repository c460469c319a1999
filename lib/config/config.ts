/**
 * The configuration as the code sees it.
 *
 * @module
 */
import type { AuditSettings } from "../audit/mod.ts";
import type { ControllerName } from "../controllers/mod.ts";
import type { PlantParameters } from "../plant/mod.ts";

/** Options of one controller: its gains, and the settings of its law by their names in code. */
export interface ControllerSettings {
  readonly gains: readonly number[];
  readonly [option: string]: unknown;
}

/** Everything config.yaml says, defaults filled in, names in camelCase. */
export interface Config {
  readonly physics: PlantParameters;
  readonly controllers: Readonly<Record<ControllerName, ControllerSettings>>;
  readonly audit: AuditSettings;
  /** Where it came from; `sha256` is the hash of the file's text. */
  readonly origin: {
    readonly file: string;
    readonly directory: string;
    readonly sha256: string;
  };
}
