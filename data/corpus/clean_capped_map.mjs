const cache = new Map();
export function cycle(_context, i) {
  if (cache.size >= 400) cache.clear();
  cache.set(`key ${i}`, { i });
}
