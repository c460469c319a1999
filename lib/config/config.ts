/**
 * The configuration as the code sees it.
 *
 * @module
 */
import type { AuditSettings } from "../audit/mod.ts";

/** Everything config.yaml says, defaults filled in, names in camelCase. */
export interface Config {
  readonly audit: AuditSettings;
  /** Where it came from; `sha256` is the hash of the file's text. */
  readonly origin: {
    readonly file: string;
    readonly directory: string;
    readonly sha256: string;
  };
}
