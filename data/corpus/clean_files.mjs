import { open } from "node:fs/promises";
export async function cycle() {
  const file = await open("/dev/null", "r");
  await file.read(Buffer.alloc(16), 0, 16, 0);
  await file.close();
}
