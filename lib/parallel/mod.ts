/** The parallel room of Heapbook. @module */
export {};
