/** The simulation room of Heapbook. @module */
export {};
