/**
 * The audit: what the phases ask, what they record, and the judgement over it.
 *
 * @module
 */

// Recorded results
export type * from "./results.ts";

// Numbers in reports
export { BYTES_PER_MB, renderCitation, resolvePointer } from "./citation.ts";
export type { Citation, CitationFormat } from "./citation.ts";
