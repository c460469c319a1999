/**
 * Loads a target module inside its measuring process: ES or CommonJS, JavaScript or TypeScript,
 * with the contract as named exports or as its default export.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import type { AuditTarget, TargetMeta, TargetOptions, TargetSpec } from "./target.ts";

/** A target that is loaded and ready to be set up. */
export interface LoadedTarget {
  /** What it was loaded from. */
  readonly spec: TargetSpec;
  readonly name: string;
  readonly scenario: string;
  readonly meta: TargetMeta;
  /** The module's contract; its functions are called as methods, so `this` holds. */
  readonly contract: AuditTarget;
  /** To be handed to `setup`. */
  readonly options: TargetOptions;
  /** Everything the module exports. */
  readonly exports: Readonly<Record<string, unknown>>;
}

const NEEDS_TSX: ReadonlySet<string> = new Set([
  "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
  "ERR_MODULE_NOT_FOUND",
  "ERR_UNSUPPORTED_DIR_IMPORT",
]);
const TYPESCRIPT = /\.[cm]?tsx?$/;

/** Loads a target. @throws TypeError where the module does not export a `cycle` function */
export async function loadTarget(spec: TargetSpec, scenario: string): Promise<LoadedTarget> {
  const exports = await importTarget(spec.module);
  const contract = findContract(exports, spec.module);
  return {
    spec,
    name: spec.name,
    scenario,
    meta: { ...contract.meta, ...spec.meta },
    contract,
    options: { ...spec.options, scenario },
    exports,
  };
}

async function importTarget(path: string): Promise<Record<string, unknown>> {
  const url = pathToFileURL(path).href;
  if (!TYPESCRIPT.test(path)) return await import(url);
  if (!("typescript" in process.features && process.features.typescript)) {
    return await importThroughTsx(url);
  }
  try {
    return await import(url);
  } catch (error) {
    // Node strips types only; enums, parameter properties, extensionless imports and `import` in
    // CommonJS need tsx.
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!NEEDS_TSX.has(code) && !(error instanceof SyntaxError)) throw error;
    // Under another name, since Node remembers that the module could not be loaded.
    return await importThroughTsx(`${url}?tsx`);
  }
}

async function importThroughTsx(url: string): Promise<Record<string, unknown>> {
  const [esm, cjs] = await Promise.all([import("tsx/esm/api"), import("tsx/cjs/api")]);
  process.setSourceMapsEnabled(true);
  cjs.register();
  esm.register();
  return await import(url);
}

function findContract(exports: Record<string, unknown>, path: string): AuditTarget {
  for (const candidate of [exports, exports["default"], exports["module.exports"]]) {
    const contract = candidate as Partial<AuditTarget> | null | undefined;
    if (typeof contract?.cycle === "function") return contract as AuditTarget;
    const inner = (contract as { default?: Partial<AuditTarget> } | null | undefined)?.default;
    if (typeof inner?.cycle === "function") return inner as AuditTarget;
  }
  const found = Object.keys(exports).join(", ") || "nothing";
  throw new TypeError(
    `Cannot use ${path} as a target must export a function "cycle": it exports ${found}`,
  );
}
