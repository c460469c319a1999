/**
 * A headless Chromium, spoken to over its DevTools pipe: no port, no download, no further package.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { type BrowserProgram, packagedBrowser } from "./packaged_browser.ts";
import type { Readable, Writable } from "node:stream";

/** Answer or event of the browser. */
export type BrowserMessage = Readonly<Record<string, any>>;

/** One page. */
export interface BrowserPage {
  /** Sends a DevTools command, for example `Page.captureScreenshot`. */
  readonly send: (
    method: string,
    params?: Readonly<Record<string, unknown>>,
  ) => Promise<BrowserMessage>;
  /** Calls `listener` for each DevTools event of this page. */
  readonly on: (listener: (method: string, params: BrowserMessage) => void) => void;
  /** Goes to `url` and waits for its load event. */
  readonly open: (url: string) => Promise<void>;
  /** Returns the value of a JavaScript expression (awaited); throws what it throws. */
  readonly evaluate: (expression: string) => Promise<unknown>;
  /** Closes the page. */
  readonly close: () => Promise<void>;
}

/** A running browser. */
export interface Browser {
  /** Product and version, for example `HeadlessChrome/138.0`. */
  readonly version: string;
  /** Opens an empty page; 1000 × 800 px where no size is given. */
  readonly newPage: (
    size?: { readonly width: number; readonly height: number },
  ) => Promise<BrowserPage>;
  /** Ends the browser and removes its profile. */
  readonly close: () => Promise<void>;
}

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const FLAGS = [
  "--headless",
  "--no-sandbox", // Also as root, in containers; only pages written here are opened.
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-extensions",
  "--no-first-run",
  "--no-default-browser-check",
  "--hide-scrollbars",
  "--force-color-profile=srgb",
  "--remote-debugging-pipe",
];
const LAST_WORDS_MS = 500;
const COMMAND_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 3_000;
const LAST_WORDS = 600;

/**
 * Returns a Chromium: `HEAPBOOK_CHROMIUM` where set, else one on the path, else the binary in the
 * npm package @sparticuz/chromium.
 *
 * @throws {Error} that says what to install where there is none.
 */
export function findBrowser(): BrowserProgram {
  const named = process.env["HEAPBOOK_CHROMIUM"];
  if (named !== undefined && named !== "") return { path: named, env: {} };
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const path = candidates.find(isExecutable);
  return path === undefined ? packagedBrowser() : { path, env: {} };
}

/**
 * Starts a browser.
 *
 * @param program Found by `findBrowser` where absent.
 * @throws {Error} where it does not start, with its last words.
 */
export async function openBrowser(program?: BrowserProgram): Promise<Browser> {
  const link = new BrowserLink(program ?? findBrowser());
  try {
    const { product } = await link.send("Browser.getVersion");
    return {
      version: String(product),
      newPage: (size) => newPage(link, size),
      close: () => link.close(),
    };
  } catch (error) {
    await link.close();
    throw error;
  }
}

async function newPage(
  link: BrowserLink,
  size: { width: number; height: number } = { width: 1000, height: 800 },
): Promise<BrowserPage> {
  const { targetId } = await link.send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await link.send("Target.attachToTarget", { targetId, flatten: true });
  const send = (method: string, params?: object) => link.send(method, params, sessionId);
  await send("Page.enable");
  await send("Emulation.setDeviceMetricsOverride", {
    ...size,
    deviceScaleFactor: 1,
    mobile: false,
  });
  return {
    send,
    on: (listener) => link.on(sessionId, listener),
    open: async (url) => {
      const loaded = new Promise<void>((done) =>
        link.on(sessionId, (method) => method === "Page.loadEventFired" && done())
      );
      const { errorText } = await send("Page.navigate", { url });
      if (errorText) throw new Error(`Cannot open ${url}: ${errorText}`);
      await loaded;
    },
    evaluate: async (expression) => {
      const options = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = await send("Runtime.evaluate", options);
      if (exceptionDetails === undefined) return result.value;
      const { exception, text } = exceptionDetails;
      throw new Error(`Cannot evaluate in the page: ${exception?.description ?? text}`);
    },
    close: async () => void await link.send("Target.closeTarget", { targetId }),
  };
}

type Listener = (method: string, params: BrowserMessage) => void;
interface Waiting {
  readonly done: (value: BrowserMessage) => void;
  readonly fail: (error: Error) => void;
}

class BrowserLink {
  readonly #profile = mkdtempSync(join(tmpdir(), "heapbook-browser-"));
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Listener[]>();
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #killAtExit = (): void => this.#kill();
  #stderr = "";
  #lastId = 0;
  #gone = "";

  constructor({ path, env }: BrowserProgram) {
    const flags = [...FLAGS, `--user-data-dir=${this.#profile}`, "about:blank"];
    // Pipes 3 and 4 carry the commands; a group of its own, so that its children end with it.
    const stdio = ["ignore", "ignore", "pipe", "pipe", "pipe"] as const;
    this.#process = spawn(path, flags, {
      stdio: [...stdio],
      detached: true,
      env: { ...process.env, ...env },
    });
    const [, , stderr, , output] = this.#process.stdio as [
      null,
      null,
      Readable,
      Writable,
      Readable,
    ];
    stderr.on("data", (bytes) => (this.#stderr = (this.#stderr + bytes).slice(-4_000)));
    this.#exited = new Promise((done) => {
      this.#process.on("error", (error) => done(this.#end(path, error.message)));
      this.#process.on("exit", (code, by) => {
        const tell = () => done(this.#end(path, by ?? `exit code ${code}`));
        if (stderr.readableEnded) return tell();
        // Its last words may be read after its end; what it left behind may keep the pipe open.
        const timer = setTimeout(tell, LAST_WORDS_MS);
        stderr.once("end", () => (clearTimeout(timer), tell()));
      });
    });
    (this.#process.stdio[3] as Writable).on("error", () => {}); // The exit tells it.
    process.on("exit", this.#killAtExit);
    this.#read(output);
  }

  on(sessionId: string, listener: Listener): void {
    this.#listeners.set(sessionId, [...(this.#listeners.get(sessionId) ?? []), listener]);
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<BrowserMessage> {
    if (this.#gone !== "") return Promise.reject(new Error(this.#gone));
    const id = ++this.#lastId;
    const message = { id, method, params, ...(sessionId === undefined ? {} : { sessionId }) };
    return new Promise((done, fail) => {
      const limit = `Cannot go on as the browser did not answer ${method} in 60 s`;
      const timer = setTimeout(() => fail(new Error(limit)), COMMAND_TIMEOUT_MS);
      this.#waiting.set(id, {
        done: (value) => (clearTimeout(timer), done(value)),
        fail: (error) => (clearTimeout(timer), fail(error)),
      });
      (this.#process.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    });
  }

  async close(): Promise<void> {
    this.send("Browser.close").catch(() => {});
    const late = new Promise<void>((done) => setTimeout(done, CLOSE_TIMEOUT_MS).unref());
    await Promise.race([this.#exited, late]);
    this.#kill();
    this.#listeners.clear();
    process.off("exit", this.#killAtExit);
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #read(output: Readable): void {
    let parts: Buffer[] = [];
    output.on("data", (bytes: Buffer) => {
      let from = 0;
      for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, from)) {
        const text = Buffer.concat([...parts, bytes.subarray(from, end)]).toString("utf8");
        parts = [];
        from = end + 1;
        this.#receive(JSON.parse(text));
      }
      if (from < bytes.length) parts.push(bytes.subarray(from));
    });
  }

  #receive({ id, method, params, result, error, sessionId }: BrowserMessage): void {
    if (method !== undefined) {
      for (const listener of this.#listeners.get(sessionId) ?? []) listener(method, params);
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.done(result);
    else waiting?.fail(new Error(`The browser refused a command: ${error.message}`));
  }

  #end(path: string, how: string): void {
    const words = this.#stderr.trim().slice(-LAST_WORDS);
    this.#gone = `The browser ${path} ended (${how})${words === "" ? "" : `: ${words}`}`;
    for (const { fail } of this.#waiting.values()) fail(new Error(this.#gone));
    this.#waiting.clear();
  }

  #kill(): void {
    if (this.#process.pid === undefined) return;
    try {
      process.kill(-this.#process.pid, "SIGKILL");
    } catch {
      // The group is gone already.
    }
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
