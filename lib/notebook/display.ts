/**
 * Shows rich output from either notebook kernel (tslab or Deno), or as text outside a notebook.
 * Outputs leave one at a time, with a turn of the event loop between them: tslab loses what follows
 * the 512th message of one turn, and fails the cell.
 *
 * @module
 */
import { createRequire } from "node:module";
import { setImmediate } from "node:timers";
import type { MimeBundle } from "../report/mod.ts";

/** Where output goes: a kernel that takes MIME bundles, or a stream of text. */
export type DisplayKind = "tslab" | "deno" | "text";

/** An output that is already on screen and can be replaced in place. */
export interface LiveOutput {
  /**
   * Replaces the output with `bundle`; resolves once it, or a later one, was sent. Calls may come
   * as fast as they like: what the reader could not see is skipped.
   */
  update(bundle: MimeBundle): Promise<void>;
}

interface Sender {
  readonly kind: DisplayKind;
  send(bundle: MimeBundle, displayId: string | undefined, isUpdate: boolean): unknown;
}

const UPDATE_INTERVAL_MS = 80; // Faster is not seen, and only fills the kernel's socket.
const SEND_ATTEMPTS = 200;

/** Returns where output goes now. */
export function displayKind(): DisplayKind {
  return findSender().kind;
}

/** Shows `bundle` once; outside a notebook its `text/plain` is printed. */
export function show(bundle: MimeBundle): Promise<void> {
  return enqueue(bundle, undefined, false);
}

/** Shows `bundle` and returns a handle that replaces it, for progress and live charts. */
export async function showLive(bundle: MimeBundle): Promise<LiveOutput> {
  const id = crypto.randomUUID();
  await enqueue(bundle, id, false);
  let sentAt = performance.now();
  let pending: MimeBundle | undefined;
  let sending: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    await sleep(Math.max(0, sentAt + UPDATE_INTERVAL_MS - performance.now()));
    const next = pending!;
    [pending, sending] = [undefined, undefined];
    sentAt = performance.now();
    await enqueue(next, id, true);
  };
  return {
    update: (next) => {
      pending = next;
      return (sending ??= flush());
    },
  };
}

let queue: Promise<void> = Promise.resolve();

function enqueue(bundle: MimeBundle, id: string | undefined, isUpdate: boolean): Promise<void> {
  const sent = queue.then(() => sendOne(bundle, id, isUpdate));
  queue = sent.catch(() => {}); // One failed output must not block the ones after it.
  return sent;
}

async function sendOne(
  bundle: MimeBundle,
  id: string | undefined,
  isUpdate: boolean,
): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      await findSender().send(bundle, id, isUpdate);
      await new Promise((done) => setImmediate(done));
      return;
    } catch (error) {
      // "Socket is busy writing": the kernel's socket empties on the next turns.
      if (attempt >= SEND_ATTEMPTS || !/busy/i.test(String(error))) throw error;
      await sleep(5);
    }
  }
}

function findSender(): Sender {
  return denoSender() ?? tslabSender() ?? textSender;
}

const textSender: Sender = {
  kind: "text",
  send: (bundle, _id, isUpdate) => {
    if (isUpdate) return;
    console.log(String(bundle["text/plain"] ?? `[${Object.keys(bundle).join(", ")}]`));
  },
};

interface DenoJupyter {
  display(
    bundle: MimeBundle,
    options: { raw: true; update: boolean; display_id?: string },
  ): Promise<void>;
}

function denoSender(): Sender | undefined {
  const jupyter = denoJupyter();
  if (jupyter === undefined) return undefined;
  return {
    kind: "deno",
    send: (bundle, id, update) =>
      jupyter.display(bundle, {
        raw: true,
        update,
        ...(id === undefined ? {} : { display_id: id }),
      }),
  };
}

function denoJupyter(): DenoJupyter | undefined {
  try {
    return (globalThis as { Deno?: { jupyter?: DenoJupyter } }).Deno?.jupyter;
  } catch {
    return undefined; // Deno throws on reading `jupyter` outside a notebook.
  }
}

/**
 * tslab's public API sends one format per output; its internal writer takes a whole bundle. It is
 * found among the modules this process has already loaded, so tslab is never imported here.
 */
function tslabSender(): Sender | undefined {
  const cache = createRequire(import.meta.url).cache ?? {};
  const path = Object.keys(cache).find((key) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(key));
  const write = path === undefined ? undefined : cache[path]?.exports?.lastWriteDisplayData;
  if (typeof write !== "function") return undefined;
  return {
    kind: "tslab",
    send: (bundle, id, update) => {
      const transient = id === undefined ? {} : { display_id: id };
      write({ data: bundle, metadata: {}, transient }, update);
    },
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
