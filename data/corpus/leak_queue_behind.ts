class Queue<T> {
  readonly items: T[] = []; // HOLDER
  put(item: T): void {
    this.items.push(item); // LEAK
  }
  take(): T | undefined {
    return this.items.shift();
  }
}
const queue = new Queue<{ id: number; size: number }>();
export function cycle(_context: unknown, i: number): void {
  // Two arrive for each one that is served.
  queue.put({ id: i, size: 1 });
  queue.put({ id: -i, size: 2 });
  queue.take();
}
