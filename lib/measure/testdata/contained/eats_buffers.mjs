const kept = [];
export function cycle() { kept.push(Buffer.alloc(32 << 20, 1)); }
