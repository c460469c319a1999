/** The measure room of Heapbook. @module */
export {};
