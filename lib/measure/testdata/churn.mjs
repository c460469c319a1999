// Copies a log into a longer buffer each cycle and begins anew: only one buffer lives at a time, beside
// those of the last few logs.
const logs = [];
let log = new Uint8Array(0);

export function cycle() {
  if (log.length > 400_000) {
    logs.push(log);
    if (logs.length > 4) logs.shift();
    log = new Uint8Array(0);
  }
  const longer = new Uint8Array(log.length + 3000);
  longer.set(log);
  log = longer.fill(1, log.length);
}
