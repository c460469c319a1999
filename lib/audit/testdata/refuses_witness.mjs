/** A restless heap in a program that does not run where survivors are looked at. */
let state = 1;
let rows = [];
const random = (most) => (state = Math.imul(state, 48271) >>> 0) % most;

export function cycle() {
  if (process.execArgv.includes("--no-turbo-inlining")) throw new Error("not while watched");
  rows = new Array(random(300_000)).fill(0);
  return rows.length;
}
