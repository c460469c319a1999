const memory = new WebAssembly.Memory({ initial: 64 });
const bytes = new Uint8Array(memory.buffer);
export function cycle(_context, i) {
  const size = 1024 + i % 512;
  bytes.fill(1, 0, size);
  bytes.fill(0, 0, size);
}
