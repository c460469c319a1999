/**
 * Fast closed loops: laws and plant as WebAssembly, the same bits as the plain engine.
 *
 * @module
 */

export { SingleLoop } from "./single_loop.ts";
export type { LoopSetup } from "./single_loop.ts";
export { PairLoops, SUMS_SIZE } from "./pair_loops.ts";
export type { PairMember, PairSetup, PairSource } from "./pair_loops.ts";
