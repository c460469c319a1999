import { MessageChannel } from "node:worker_threads";
const ports = []; // HOLDER
export function cycle() {
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  port2.unref();
  ports.push(port1); // LEAK
}
