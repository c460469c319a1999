/**
 * JSON Schema of one object that `heapbook check --json` prints; the package carries it as
 * `check.schema.json`.
 *
 * @module
 */

const nullableNumber = { type: ["number", "null"] } as const;

/** JSON Schema (draft 7) of a verdict on one target. */
export const checkResultSchema: Readonly<Record<string, unknown>> = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Verdict of heapbook check on one target",
  type: "object",
  additionalProperties: false,
  required: [
    "name",
    "verdict",
    "bytesPerCycle",
    "interval",
    "confidence",
    "channel",
    "growth",
    "cycles",
    "seconds",
    "limitOfDetection",
    "sites",
    "retainers",
    "message",
  ],
  properties: {
    name: { type: "string", minLength: 1, description: "Name of the target" },
    verdict: {
      enum: ["clean", "leak", "inconclusive", "error"],
      description: "error: the target could not run, or did not do its work",
    },
    bytesPerCycle: {
      ...nullableNumber,
      description: "Growth rate, bytes per cycle; null where nothing was measured",
    },
    interval: {
      type: "array",
      items: nullableNumber,
      minItems: 2,
      maxItems: 2,
      description: "Lower and upper end of the growth rate, bytes per cycle",
    },
    confidence: {
      type: "number",
      minimum: 0,
      maximum: 1,
      description: "Coverage of the interval",
    },
    channel: {
      enum: ["heap", "external", "arrayBuffers", "wasm", "native"],
      description: "Kind of memory that the rate is of",
    },
    growth: {
      enum: ["flat", "step", "saturating", "linear", "quadratic", "sawtooth"],
      description: "Shape of the memory over cycles",
    },
    cycles: { type: "integer", minimum: 0, description: "Measured cycles" },
    seconds: { type: "number", minimum: 0, description: "Time the verdict took, s" },
    limitOfDetection: {
      ...nullableNumber,
      description: "Smallest rate that this run could have found, bytes per cycle",
    },
    sites: {
      type: "array",
      description: "Where what stays alive is allocated, most bytes first",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["file", "line", "column", "function", "bytes"],
        properties: {
          file: { type: "string" },
          line: { type: "integer", minimum: 1 },
          column: { type: "integer", minimum: 1 },
          function: { type: "string" },
          bytes: { type: "number", minimum: 0 },
        },
      },
    },
    retainers: {
      type: "array",
      description: "Why it stays alive: steps from a root to what grew",
      items: { type: "array", items: { type: "string" } },
    },
    message: { type: "string", description: "The verdict in words" },
    runtime: {
      type: "string",
      description: "The node it was measured on, where one was asked for",
    },
  },
};
