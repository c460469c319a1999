/** The targets room of Heapbook. @module */
export {};
