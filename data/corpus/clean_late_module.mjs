let parser;
export async function cycle(_context, i) {
  if (i === 700) parser = await import("node:readline");
  return parser?.createInterface === undefined;
}
