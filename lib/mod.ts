/**
 * Heapbook: is this code memory-safe for long-running use?
 *
 * Each room has a public face of its own: import from "heapbook/plant", "heapbook/audit" and so on.
 * This one gathers what most programs start with.
 *
 * @module
 */
export {};
