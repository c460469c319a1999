class Recorder {
  readonly times: number[] = []; // HOLDER
  record(time: number): void {
    this.times.push(time + 0.5); // LEAK
  }
}
const recorder = new Recorder();
export function cycle(_context: unknown, i: number): void {
  recorder.record(i * 0.01);
}
