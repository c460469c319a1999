export function cycle(_context, i) {
  Symbol.for(`event:${i}`); // LEAK
}
