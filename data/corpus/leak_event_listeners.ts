import { EventEmitter } from "node:events";
interface Reading { readonly value: number }
class Sensor extends EventEmitter {
  sample(value: number): void {
    this.emit("reading", { value } satisfies Reading);
  }
}
const sensor = new Sensor(); // HOLDER
sensor.setMaxListeners(0);
class Monitor {
  last = 0;
  constructor() {
    sensor.on("reading", (reading: Reading) => { // LEAK
      this.last = reading.value;
    });
  }
}
export function cycle(_context: unknown, i: number): void {
  new Monitor();
  if (i % 400 === 0) sensor.sample(i);
}
