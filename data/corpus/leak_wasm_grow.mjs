const memory = new WebAssembly.Memory({ initial: 1, maximum: 32768 }); // HOLDER
export function cycle(_context, i) {
  if (i % 25 === 0) memory.grow(1); // LEAK
}
