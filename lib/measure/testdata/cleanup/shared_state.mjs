// A class whose instances on all threads meet in one file: what it answers depends on its neighbours.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { threadId } from "node:worker_threads";

const folder = join(tmpdir(), `heapbook-shared-${process.pid}`);

export class Desk {
  constructor() {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, String(threadId)), "");
  }
  async neighbours() {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return readdirSync(folder).length;
  }
  close() {
    rmSync(join(folder, String(threadId)), { force: true });
  }
}

export const meta = { classes: ["Desk"] };

export function setup() {
  return { desk: new Desk() };
}

export async function cycle({ desk }) {
  return await desk.neighbours();
}

export function teardown({ desk }) {
  desk.close();
}
