export function cycle(_context, i) { if (i === 4) return new Promise(() => {}); }
