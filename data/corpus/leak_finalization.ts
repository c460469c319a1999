interface Held { owner?: object; released: boolean }
const registry = new FinalizationRegistry<Held>((held) => { // HOLDER
  held.released = true;
});
export function cycle(_context: unknown, i: number): void {
  const handle = { id: i };
  registry.register(handle, { owner: handle, released: false }); // LEAK
}
