import { setMaxListeners } from "node:events";
const shutdown = new AbortController(); // HOLDER
setMaxListeners(0, shutdown.signal);
function listen(state: { open: boolean }): void {
  shutdown.signal.addEventListener("abort", () => state.open = false); // LEAK
}
export function cycle(): void {
  listen({ open: true });
}
