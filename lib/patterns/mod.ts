/** The patterns room of Heapbook. @module */
export {};
