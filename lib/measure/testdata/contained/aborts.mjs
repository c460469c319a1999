export function cycle(_context, i) { if (i === 2) process.abort(); }
