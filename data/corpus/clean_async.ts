async function load(i: number): Promise<{ i: number }> {
  await null;
  return { i };
}
export async function cycle(_context: unknown, i: number): Promise<number> {
  const loaded = await Promise.all([load(i), load(i + 1), load(i + 2)]);
  return Promise.race(loaded.map(async ({ i }) => i));
}
