import { PassThrough, Writable } from "node:stream";
const source = new PassThrough(); // HOLDER
source.setMaxListeners(0);
source.resume();
export function cycle(_context: unknown, i: number): void {
  const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
  sink.setMaxListeners(0);
  source.pipe(sink); // LEAK
  if (i % 500 === 0) source.write("x");
}
