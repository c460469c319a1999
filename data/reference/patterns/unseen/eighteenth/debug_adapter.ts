/** An adapter between an editor and a debugger: breakpoints, stacks, variables, output. */

import { spawn, type ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";

export type StopReason = "breakpoint" | "step" | "exception" | "pause";

type Message = { seq: number; type: "request" | "response"; command?: string; body?: unknown };
type Handler = (adapter: Adapter, body: any) => unknown;

const handlers: Partial<Record<string, Handler>> = {
  output: (adapter, { text }) => adapter.print(text),
  stopped: (adapter, { reason, file, line }) => adapter.stopped(reason, file, line),
  continued: (adapter) => adapter.continued(),
};

class Decoder {
  private rest = Buffer.alloc(0);

  feed(chunk: Buffer): Message[] {
    const messages: Message[] = [];
    this.rest = Buffer.concat([this.rest, chunk]); // bounded rest
    for (;;) {
      const at = this.rest.indexOf("\r\n\r\n");
      if (at < 0) return messages;
      const length = Number(/Length: (\d+)/.exec(this.rest.toString("ascii", 0, at))?.[1]);
      if (this.rest.length < at + 4 + length) return messages;
      messages.push(JSON.parse(this.rest.toString("utf8", at + 4, at + 4 + length)));
      this.rest = this.rest.subarray(at + 4 + length);
    }
  }
}

export class Adapter extends EventEmitter {
  private readonly waiting = new Map<number, (body: unknown) => void>();
  private handles: unknown[] = [];
  private readonly sources: string[] = [];
  private readonly evaluated = new Map<string, unknown>();
  private readonly console: string[] = [];
  private readonly timeline: { reason: StopReason; line: number }[] = [];
  private readonly children = new Set<ChildProcess>();
  private target?: ChildProcess;
  private seq = 0;

  constructor(editor: EventEmitter) {
    super();
    editor.on("themeChanged", () => this.emit("redraw")); // grows themeChanged
  }

  attach(target: ChildProcess): void {
    this.target = target;
    this.children.add(target); // bounded children
    const decoder = new Decoder();
    target.stdout!.on("data", (chunk: Buffer) => decoder.feed(chunk).forEach((message) => this.receive(message)));
    target.once("exit", () => this.children.delete(target));
  }

  send(command: string, body: unknown): Promise<unknown> {
    const seq = ++this.seq;
    this.target?.stdin?.write(JSON.stringify({ seq, type: "request", command, body }));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(seq);
        reject(new Error(`${command} timed out`));
      }, 5000);
      this.waiting.set(seq, (answer) => { // bounded waiting
        clearTimeout(timer);
        this.waiting.delete(seq);
        resolve(answer);
      });
    });
  }

  private receive(message: Message): void {
    if (message.type === "response") return this.waiting.get(message.seq)?.(message.body);
    handlers[message.command ?? ""]?.(this, message.body);
  }

  stopped(reason: StopReason, file: string, line: number): void {
    this.timeline.push({ reason, line }); // grows timeline
    if (!this.sources.includes(file)) this.sources.push(file); // grows sources
  }

  continued(): void {
    this.handles = [];
  }

  reference(value: object): number {
    return this.handles.push(value); // bounded handles
  }

  async evaluate(expression: string): Promise<unknown> {
    if (this.evaluated.has(expression)) return this.evaluated.get(expression);
    const value = await this.send("evaluate", { expression });
    this.evaluated.set(expression, value); // grows evaluated
    return value;
  }

  print(text: string): void {
    this.console.push(...text.split("\n")); // bounded console
    if (this.console.length > 1000) this.console.splice(0, this.console.length - 1000);
  }

  dispose(): void {
    for (const child of this.children) child.kill();
  }
}

export function launch(program: string, adapter: Adapter): void {
  const options = [program];
  if (process.env.DEBUG) options.unshift("--verbose");
  adapter.attach(spawn("debuggee", options));
}
