/** The plant room of Heapbook. @module */
export {};
