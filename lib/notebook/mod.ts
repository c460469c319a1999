/** The notebook room of Heapbook. @module */
export {};
