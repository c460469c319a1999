/** The optimizer room of Heapbook. @module */
export {};
