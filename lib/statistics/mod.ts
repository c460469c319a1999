/** The statistics room of Heapbook. @module */
export {};
