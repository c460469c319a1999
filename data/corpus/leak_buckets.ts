const byHour = new Map<number, number[][]>(); // HOLDER
function log(hour: number, row: number[]): void {
  let rows = byHour.get(hour);
  if (rows === undefined) byHour.set(hour, rows = []);
  rows.push(row); // LEAK
}
export function cycle(_context: unknown, i: number): void {
  log(i % 8, [i, i * 2]);
}
