import { EventEmitter } from "node:events";
const bus = new EventEmitter();
export function cycle(_context: unknown, i: number): void {
  const listener = (): number => i;
  bus.on("tick", listener);
  bus.emit("tick");
  bus.off("tick", listener);
}
