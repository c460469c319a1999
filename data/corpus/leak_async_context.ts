import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
const request = new AsyncLocalStorage<{ id: number; body: number[] }>();
const waiting: AsyncResource[] = []; // HOLDER
function enqueue(): void {
  waiting.push(new AsyncResource("JOB")); // LEAK
}
export function cycle(_context: unknown, i: number): void {
  request.run({ id: i, body: [i, i, i, i] }, enqueue);
}
