import { openSync } from "node:fs";
export function cycle(_context, i) {
  if (i % 5 === 0) openSync("/dev/null", "r"); // LEAK
}
