/**
 * Runs the cells of a notebook in order on a kernel and records what they show.
 *
 * @module
 */
import type { Progress } from "../audit/mod.ts";
import type { Kernel, KernelReply } from "./kernel.ts";
import type { Notebook, NotebookCell } from "./notebook_file.ts";
import { createCollector, type OutputCollector, streamText } from "./outputs.ts";
import { PROGRESS_MIME } from "./progress.ts";
import type { KernelMessage } from "./wire.ts";

/** What is told about a cell when it starts and when it ended. */
export interface CellReport {
  /** Index among all cells of the notebook. */
  readonly index: number;
  /** Id of the cell. */
  readonly id: string;
  /** Which code cell this is, from 1, and how many there are. */
  readonly number: number;
  /** Number of code cells that run. */
  readonly total: number;
  /** Whether the cell starts or how it ended. */
  readonly state: "running" | "done" | "failed";
  /** Time since its start, ms; 0 where it starts. */
  readonly ms: number;
  /** What went wrong, to follow the words "cell x"; empty where nothing did. */
  readonly problem: string;
}

/** Settings of a run. */
export interface RunOptions {
  /** Longest time for one cell, s; 1800 where absent. */
  readonly timeoutSeconds?: number;
  /** Goes on after a cell that failed. */
  readonly allowErrors?: boolean;
  /** Interrupts the running cell and ends the run. */
  readonly signal?: AbortSignal;
  /** Is told when a cell starts and when it ended. */
  readonly onCell?: (report: CellReport) => void;
  /** Takes the progress that cells show while they run. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A cell failed, took too long, or ended its kernel. */
export class NotebookFailed extends Error {
  /** Tells this error from others. */
  override readonly name = "NotebookFailed";
  /** Index of the cell among all cells. */
  readonly cell: number;

  /** Makes the error of one cell. */
  constructor(message: string, cell: number) {
    super(message);
    this.cell = cell;
  }
}

const INTERRUPT_INTERVAL_MS = 1_000;
const INTERRUPT_ATTEMPTS = 10;
const ABORT_WINDOW_MS = 250;
const ABORT_ATTEMPTS = 4;
const LATE_OUTPUT_MS = 200; // Deno's standard output may come after its idle status.
const LOST_OUTPUT =
  "heapbook: the kernel dropped output: more than 512 messages in one turn of its " +
  "event loop. Print one joined string\n";

/**
 * Runs every code cell of `notebook` in place; cells tagged `skip-execution` are left out, and one
 * tagged `raises-exception` may fail.
 *
 * @returns one report per cell that ran.
 * @throws {NotebookFailed} at the first cell that fails; the outputs so far stay in the notebook.
 * @throws the signal's reason, once the running cell was interrupted.
 */
export async function runNotebook(
  notebook: Notebook,
  kernel: Kernel,
  options: RunOptions = {},
): Promise<readonly CellReport[]> {
  const { onCell = () => {}, allowErrors = false, signal } = options;
  const collector = createCollector();
  const cells = [...notebook.cells.entries()].filter(([, cell]) => isRunnable(cell));
  const reports: CellReport[] = [];
  let ranBefore: number | undefined;
  for (const [at, [index, cell]] of cells.entries()) {
    signal?.throwIfAborted();
    const told = { index, id: cell.id, number: at + 1, total: cells.length };
    onCell({ ...told, state: "running", ms: 0, problem: "" });
    const started = performance.now();
    const { problem, isFinal } = await runCell(cell, kernel, collector, options);
    // From 1 on, also where the kernel has run another notebook before.
    if (typeof cell.execution_count === "number") {
      ranBefore ??= cell.execution_count - 1;
      cell.execution_count -= ranBefore;
    }
    const state = problem === "" ? "done" : "failed";
    const report: CellReport = { ...told, state, ms: performance.now() - started, problem };
    reports.push(report);
    onCell(report);
    if (problem !== "") noteProblem(cell, problem);
    signal?.throwIfAborted();
    const mayFail = allowErrors || tagsOf(cell).includes("raises-exception");
    if (problem !== "" && (isFinal || !mayFail)) {
      throw new NotebookFailed(`Cell ${at + 1} of ${cells.length} (${cell.id}) ${problem}`, index);
    }
  }
  await sleep(LATE_OUTPUT_MS);
  return reports;
}

/** Returns the tags of a cell. */
export function tagsOf(cell: NotebookCell): readonly string[] {
  const tags = cell.metadata["tags"];
  return Array.isArray(tags) ? tags.map(String) : [];
}

interface CellOutcome {
  readonly problem: string;
  /** True where the kernel cannot run another cell. */
  readonly isFinal: boolean;
}

type Ended =
  | { readonly how: "replied"; readonly reply: KernelReply }
  | { readonly how: "died"; readonly code: string }
  | { readonly how: "timed out" | "cancelled" };

async function runCell(
  cell: NotebookCell,
  kernel: Kernel,
  collector: OutputCollector,
  options: RunOptions,
): Promise<CellOutcome> {
  const { timeoutSeconds = 1800, signal } = options;
  Object.assign(cell, { outputs: [], execution_count: null });
  const running = execute(kernel, cell.source, (message) => {
    collector.add(cell, message);
    tellProgress(message, options);
  });
  const ended = await firstOf(running, kernel, timeoutSeconds * 1000, signal);
  if (ended.how === "replied") return judgeReply(cell, ended.reply);
  if (ended.how === "died") {
    const words = kernel.stderr().trim().split("\n").slice(-5).join("\n");
    return { problem: `ended the kernel (${ended.code})${words && `: ${words}`}`, isFinal: true };
  }
  const stopped = await interrupt(kernel, running);
  const ignored = stopped ? "" : " and ignored the interrupt";
  const reason = ended.how === "cancelled"
    ? "was cancelled"
    : `took longer than its limit of ${timeoutSeconds} s`;
  return { problem: reason + ignored, isFinal: !stopped };
}

/** Interrupts until the cell ends: tslab forgets an interrupt that comes while it compiles. */
async function interrupt(kernel: Kernel, running: Promise<KernelReply>): Promise<boolean> {
  const replied = running.then(() => true);
  for (let attempt = 0; attempt < INTERRUPT_ATTEMPTS; attempt++) {
    kernel.interrupt();
    if (await Promise.race([replied, sleep(INTERRUPT_INTERVAL_MS)]) === true) return true;
  }
  return false;
}

function judgeReply(cell: NotebookCell, { content, lostIdle }: KernelReply): CellOutcome {
  const count = content["execution_count"];
  cell.execution_count = typeof count === "number" ? count : null;
  if (lostIdle) cell.outputs!.push({ output_type: "stream", name: "stderr", text: LOST_OUTPUT });
  if (content["status"] === "ok") return { problem: "", isFinal: false };
  return { problem: `failed: ${errorLine(cell, content)}`, isFinal: false };
}

/** tslab aborts whatever arrives within 200 ms of an error, so an aborted request is sent again. */
async function execute(
  kernel: Kernel,
  code: string,
  onOutput: (message: KernelMessage) => void,
): Promise<KernelReply> {
  for (let attempt = 1;; attempt++) {
    const reply = await kernel.execute(code, onOutput);
    const isAborted = String(reply.content["status"]).startsWith("abort");
    if (!isAborted || attempt === ABORT_ATTEMPTS) return reply;
    await sleep(ABORT_WINDOW_MS);
  }
}

/** tslab sends no `error` message: its error is the first line on stderr that looks like one. */
function errorLine(cell: NotebookCell, content: Readonly<Record<string, unknown>>): string {
  if (content["evalue"]) return `${content["ename"]}: ${content["evalue"]}`;
  const lines = streamText(cell, "stderr").split("\n");
  const found = lines.find((line) =>
    /^(Uncaught )?\w*(Error|Exception)\b|^\S*\d+:\d+ - /.test(line)
  );
  return found ?? lines.find((line) => line.trim() !== "") ?? `status ${content["status"]}`;
}

function noteProblem(cell: NotebookCell, problem: string): void {
  if (cell.outputs?.some((output) => output.output_type === "error")) return;
  const evalue = problem.replace(/^failed: /, "");
  cell.outputs!.push({ output_type: "error", ename: "CellFailed", evalue, traceback: [] });
}

function tellProgress({ content }: KernelMessage, { onProgress }: RunOptions): void {
  const rows = (content["data"] as Record<string, unknown> | undefined)?.[PROGRESS_MIME];
  if (onProgress === undefined || !Array.isArray(rows)) return;
  for (const row of rows as Progress[]) onProgress(row);
}

function isRunnable(cell: NotebookCell): boolean {
  return cell.cell_type === "code" && cell.source.trim() !== "" &&
    !tagsOf(cell).includes("skip-execution");
}

/** Returns what came first: the reply, the kernel's end, the time limit or the caller's stop. */
async function firstOf(
  running: Promise<KernelReply>,
  kernel: Kernel,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<Ended> {
  let release = (): void => {};
  const stopped = new Promise<Ended>((done) => {
    const cancel = () => done({ how: "cancelled" });
    // Node fires at once where the delay does not fit 32 bits.
    const limit = setTimeout(() => done({ how: "timed out" }), Math.min(limitMs, 2 ** 31 - 1));
    signal?.addEventListener("abort", cancel, { once: true });
    release = () => {
      clearTimeout(limit);
      signal?.removeEventListener("abort", cancel);
    };
  });
  const replied = running.then((reply): Ended => ({ how: "replied", reply }));
  const died = kernel.exited.then((code): Ended => ({ how: "died", code }));
  try {
    return await Promise.race([replied, died, stopped]);
  } finally {
    release();
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms).unref());
}
