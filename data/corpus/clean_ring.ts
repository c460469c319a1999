class Ring<T> {
  readonly #items: T[] = [];
  #next = 0;
  push(item: T): void {
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % 300;
  }
}
const ring = new Ring<{ i: number; text: string }>();
export function cycle(_context: unknown, i: number): void {
  ring.push({ i, text: `entry ${i}` });
}
