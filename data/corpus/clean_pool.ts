const pool: { busy: boolean; buffer: Float64Array }[] = [];
export function cycle(_context: unknown, i: number): void {
  if (pool.length < 300) pool.push({ busy: false, buffer: new Float64Array(64) });
  const slot = pool[i % pool.length] as { busy: boolean };
  slot.busy = !slot.busy;
}
