type Listener = (value: number) => void;
class Signal {
  readonly #listeners = new Set<Listener>(); // HOLDER
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener); // LEAK
    return () => this.#listeners.delete(listener);
  }
}
const temperature = new Signal();
export function cycle(_context: unknown, i: number): void {
  const view = { width: i };
  temperature.subscribe((value) => view.width = value);
}
