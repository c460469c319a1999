// Tunes with one thread and prints the seconds that took; code is compiled before the clock starts.
import { tuneGains } from "heapbook/optimizer";

const run = (iterations) =>
  tuneGains({ controller: "classical_smc", seed: 42, duration: 10, particles: 40, iterations });
await run(2);
const start = process.hrtime.bigint();
await run(30);
console.log(Number(process.hrtime.bigint() - start) / 1e9);
