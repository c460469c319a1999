/** The controllers room of Heapbook. @module */
export {};
