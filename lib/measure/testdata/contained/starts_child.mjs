import { spawn } from "node:child_process";
let child;
export function cycle(_context, i) {
  child ??= spawn("sleep", ["600"], { stdio: "ignore" });
  if (i === 3) for (;;);
}
