/** The report room of Heapbook. @module */
export {};
