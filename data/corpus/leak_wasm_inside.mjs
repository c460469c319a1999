// A bump allocator in reserved memory, as a compiled program with a missing free has.
const memory = new WebAssembly.Memory({ initial: 1024 }); // HOLDER
const bytes = new Uint8Array(memory.buffer);
let top = 1024;
function allocate(size) {
  bytes.fill(1, top, top + size); // LEAK
  return top += size; // LEAK
}
export function cycle() {
  allocate(64);
}
