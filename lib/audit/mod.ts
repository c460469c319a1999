/** The audit room of Heapbook. @module */
export {};
