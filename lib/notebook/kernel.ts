/**
 * A running Jupyter kernel and its client: started from a kernelspec, asked over ZeroMQ, stopped
 * with everything that it started.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Dealer, Subscriber } from "zeromq";
import { forgetChild, guardChild, killGroup } from "../measure/mod.ts";
import { writeConnection } from "./connection.ts";
import { kernelCommand, type Kernelspec } from "./kernelspec.ts";
import type { JsonObject } from "./notebook_file.ts";
import { decodeMessage, encodeRequest, type KernelMessage } from "./wire.ts";

/** Reply of a kernel to one request. */
export interface KernelReply {
  /** Content of the reply message. */
  readonly content: JsonObject;
  /** True where the kernel never said that it was done: output may be missing. */
  readonly lostIdle: boolean;
}

/** A kernel that is ready for requests. */
export interface Kernel {
  /** What the kernel says of itself. */
  readonly info: JsonObject;
  /** Resolves with the signal or exit code when the process ends. */
  readonly exited: Promise<string>;
  /** Last 4 kB of the kernel's own error stream. */
  readonly stderr: () => string;
  /** Runs `code`; resolves when the kernel replied and reported idle. */
  readonly execute: (
    code: string,
    onOutput: (message: KernelMessage) => void,
  ) => Promise<KernelReply>;
  /** Asks the kernel to stop the running cell, in the manner its kernelspec names. */
  readonly interrupt: () => void;
  /** Ends the kernel and all processes of its group. */
  readonly shutdown: () => Promise<void>;
}

const START_TIMEOUT_MS = 90_000;
const HANDSHAKE_INTERVAL_MS = 1_000;
const SHUTDOWN_TIMEOUT_MS = 2_000;
// Requests whose late output is still taken.
const KEPT_SINKS = 64;
const IDLE_SILENCE_MS = 3_000; // After the reply; tslab may lose its idle status.

/**
 * Starts a kernel in the folder `cwd`.
 *
 * @throws {Error} where zeromq is missing, or the kernel ends or does not answer in 90 s.
 */
export async function startKernel(
  spec: Kernelspec,
  cwd: string,
  signal?: AbortSignal,
): Promise<Kernel> {
  signal?.throwIfAborted();
  const link = new KernelLink(await loadZeromq());
  try {
    await link.start(spec, cwd, signal);
  } catch (error) {
    await link.shutdown();
    throw error;
  }
  return {
    info: link.info,
    exited: link.exited!,
    stderr: () => link.stderr,
    execute: (code, onOutput) => link.execute(code, onOutput),
    interrupt: () => link.interrupt(),
    shutdown: () => link.shutdown(),
  };
}

type Zeromq = typeof import("zeromq");
type Sink = (message: KernelMessage, isReply: boolean) => void;

async function loadZeromq(): Promise<Zeromq> {
  try {
    return await import("zeromq");
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new Error(
      `Cannot start a kernel as zeromq does not load: npm install zeromq (${reason})`,
    );
  }
}

class KernelLink {
  readonly #connection = { key: randomUUID(), session: randomUUID() };
  readonly #folder = mkdtempSync(join(tmpdir(), "heapbook-kernel-"));
  readonly #sinks = new Map<string, Sink>();
  readonly #shell: Dealer;
  readonly #control: Dealer;
  readonly #iopub: Subscriber;
  #process: ChildProcess | undefined;
  #interruptMode: Kernelspec["interruptMode"] = "signal";
  info: JsonObject = {};
  stderr = "";
  exited: Promise<string> | undefined;

  constructor(zeromq: Zeromq) {
    // Jupyter routes replies by the identity of the session; nothing may be dropped on the way.
    const routingId = this.#connection.session;
    this.#shell = new zeromq.Dealer({ routingId, linger: 0, receiveHighWaterMark: 0 });
    this.#control = new zeromq.Dealer({ routingId, linger: 0 });
    this.#iopub = new zeromq.Subscriber({ linger: 0, receiveHighWaterMark: 0 });
    this.#iopub.subscribe();
  }

  async start(spec: Kernelspec, cwd: string, signal?: AbortSignal): Promise<void> {
    const file = join(this.#folder, "connection.json");
    const { shell, control, iopub } = await writeConnection(file, this.#connection.key);
    this.#spawn(spec, cwd, file);
    const channels = [[this.#shell, shell], [this.#control, control], [
      this.#iopub,
      iopub,
    ]] as const;
    for (const [socket, port] of channels) {
      socket.connect(`tcp://127.0.0.1:${port}`);
      void this.#pump(socket);
    }
    await this.#handshake(spec.displayName, signal);
  }

  execute(code: string, onOutput: (message: KernelMessage) => void): Promise<KernelReply> {
    return this.#request(this.#shell, "execute_request", {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    }, onOutput);
  }

  interrupt(): void {
    if (this.#interruptMode === "message") {
      this.#request(this.#control, "interrupt_request", {}).catch(() => {});
    } else this.#process?.kill("SIGINT");
  }

  async shutdown(): Promise<void> {
    const child = this.#process;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      this.#request(this.#control, "shutdown_request", { restart: false }).catch(() => {});
      await Promise.race([this.exited, sleep(SHUTDOWN_TIMEOUT_MS)]);
    }
    if (child?.pid !== undefined) {
      killGroup(child.pid);
      forgetChild(child.pid);
    }
    for (const socket of [this.#shell, this.#control, this.#iopub]) socket.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #spawn(spec: Kernelspec, cwd: string, connectionFile: string): void {
    const [program, ...args] = kernelCommand(spec, connectionFile);
    this.#interruptMode = spec.interruptMode;
    // A group of its own: Ctrl-C reaches us first, and its children end with it.
    const kernel = spawn(program!, args, {
      cwd,
      env: {
        ...process.env,
        JPY_PARENT_PID: String(process.pid),
        // What a kernel that is no node itself measures on.
        HEAPBOOK_NODE: process.execPath,
        HEAPBOOK_STILL_FILES: "1",
        ...spec.env,
      },
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    this.#process = kernel;
    // Ends with us even where we are killed: not every kernel looks after its starter.
    if (kernel.pid !== undefined) guardChild(kernel.pid);
    kernel.stderr!.on("data", (bytes) => (this.stderr = (this.stderr + bytes).slice(-4_000)));
    this.exited = new Promise((done) => {
      kernel.on("error", (error) => done(error.message));
      kernel.on("exit", (code, by) => done(by ?? `exit code ${code}`));
    });
  }

  /** Repeats kernel_info until its idle status arrives on iopub: only then no output is missed. */
  async #handshake(name: string, signal?: AbortSignal): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline) {
      signal?.throwIfAborted();
      const ended = this.exited!.then((how) => {
        throw new Error(
          `Cannot start the kernel ${name} as it ended (${how}): ${this.#lastWords()}`,
        );
      });
      const reply = this.#request(this.#shell, "kernel_info_request", {}, undefined, true);
      const seen = await Promise.race([reply, ended, sleep(HANDSHAKE_INTERVAL_MS)]);
      if (seen !== undefined) return void (this.info = seen.content);
    }
    const rule = `it did not answer in ${START_TIMEOUT_MS / 1000} s`;
    throw new Error(`Cannot start the kernel ${name} as ${rule}: ${this.#lastWords()}`);
  }

  #lastWords(): string {
    return this.stderr.trim().slice(-500) || "it said nothing";
  }

  #request(
    socket: Dealer,
    type: string,
    content: JsonObject,
    onOutput: (message: KernelMessage) => void = () => {},
    isStrict: boolean = false,
  ): Promise<KernelReply> {
    const { id, frames } = encodeRequest(type, content, this.#connection);
    return new Promise((done, fail) => {
      let reply: JsonObject | undefined;
      let silence: NodeJS.Timeout | undefined;
      let isIdle = false;
      // The sink outlives the reply, since a kernel may print after its idle status; the oldest go.
      if (this.#sinks.size >= KEPT_SINKS) this.#sinks.delete(this.#sinks.keys().next().value!);
      this.#sinks.set(id, (message, isReply) => {
        if (isReply) reply = message.content;
        else if (message.type !== "status") onOutput(message);
        else isIdle ||= message.content["execution_state"] === "idle";
        clearTimeout(silence);
        if (reply === undefined) return;
        if (isIdle) return done({ content: reply, lostIdle: false });
        const late = { content: reply, lostIdle: true };
        if (!isStrict) silence = setTimeout(() => done(late), IDLE_SILENCE_MS);
      });
      socket.send([...frames]).catch(fail);
    });
  }

  async #pump(socket: Dealer | Subscriber): Promise<void> {
    for await (const frames of socket) {
      const message = decodeMessage(frames, this.#connection.key);
      if (message !== undefined) {
        this.#sinks.get(message.parentId)?.(message, socket !== this.#iopub);
      }
    }
  }
}

function sleep(ms: number): Promise<undefined> {
  return new Promise((done) => setTimeout(() => done(undefined), ms).unref());
}
