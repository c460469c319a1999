/**
 * Assertions about memory for vitest, mocha and node:test.
 *
 * @module
 */
export { expectNoLeak, LeakFound, type NoLeakOptions } from "./expect_no_leak.ts";
