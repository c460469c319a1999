/** The config room of Heapbook. @module */
export {};
