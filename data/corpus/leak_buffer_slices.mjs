const headers = []; // HOLDER
export function cycle(_context, i) {
  const packet = Buffer.alloc(2048, i & 255);
  headers.push(packet.subarray(0, 8)); // LEAK
}
