export async function cycle(_context, i) {
  if (i === 3) setImmediate(() => { throw new Error("late failure"); });
  await new Promise((resolve) => setTimeout(resolve, 2));
}
