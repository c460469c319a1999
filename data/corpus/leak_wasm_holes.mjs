// An allocator below a stack at the end of a reserved WebAssembly memory, in the holes between
// tables that were there before: the last used address never moves.
const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 }); // HOLDER
const bytes = new Uint8Array(memory.buffer);
const TABLE = 32768; // bytes from one table to the next
const TABLE_BYTES = 256;
for (let at = 0; at < bytes.length; at += TABLE) bytes.fill(9, at, at + TABLE_BYTES);
bytes.fill(7, bytes.length - 4096);
let next = TABLE_BYTES;

function allocate(size) {
  if ((next % TABLE) + size > TABLE) next += TABLE - next % TABLE + TABLE_BYTES;
  const at = next;
  next += size;
  bytes.fill(1, at, at + size); // LEAK
  return at;
}

export function cycle() {
  return allocate(96);
}
