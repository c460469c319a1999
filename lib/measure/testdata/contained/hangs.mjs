export function cycle(_context, i) { for (;;) if (i < 5) return; }
