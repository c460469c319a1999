class Session {
  beats = 0;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
    const timer = setInterval(() => this.beats++, 3_600_000); // LEAK
    timer.unref();
  }
}
export function cycle(_context: unknown, i: number): void {
  new Session(`session ${i}`);
}
