/**
 * Progress of long work, with elapsed and remaining time: bars in a notebook, one line that
 * rewrites itself on a terminal, a line now and then where output goes to a file.
 *
 * @module
 */
import process from "node:process";
import type { Progress } from "../audit/mod.ts";
import { escapeHtml, type MimeBundle } from "../report/mod.ts";
import { displayKind, type LiveOutput, showLive } from "./display.ts";

/** Bars of one piece of work; one bar per label that `update` is told. */
export interface ProgressBars {
  /** Shows that `done` of `total` are done; cheap, and may be called at any rate. */
  readonly update: (progress: Progress) => void;
  /** Shows the last state and waits until it is on screen. Call it at the end of the cell. */
  readonly finish: () => Promise<void>;
}

/** One bar's state: what was told last, and when. */
export interface ProgressRow extends Progress {
  /** When the label was first told, ms. */
  readonly startedMs: number;
  /** When it was told last, ms. */
  readonly updatedMs: number;
}

/** What `createProgress` writes to and reads the time from; replaced in tests. */
export interface ProgressOptions {
  /** Milliseconds that never go back. */
  readonly now?: () => number;
  /** Takes the text of terminal and file output; standard error where absent. */
  readonly write?: (text: string) => void;
  /** Whether `write` goes to a terminal. */
  readonly isTerminal?: boolean;
}

/** Format in which a bundle carries its bars for a runner, which shows them on its terminal. */
export const PROGRESS_MIME = "application/vnd.heapbook.progress+json";

const BAR_CELLS = 24;
const NOTEBOOK_INTERVAL_MS = 100;
const TERMINAL_INTERVAL_MS = 100;
const LOG_INTERVAL_MS = 10_000;

/** Returns bars titled `label`; nothing is shown before the first `update`. */
export function createProgress(label: string, options: ProgressOptions = {}): ProgressBars {
  const { now = () => performance.now() } = options;
  const rows = new Map<string, ProgressRow>();
  const shown = options.write === undefined && displayKind() !== "text"
    ? notebookBars(label)
    : textBars(options);
  return {
    update: (progress) => {
      const time = now();
      const last = rows.get(progress.label);
      // A label that starts over (measuring longer) starts its clock over.
      const isSame = last !== undefined && progress.done >= last.done;
      const startedMs = isSame ? last.startedMs : time;
      rows.set(progress.label, { ...progress, startedMs, updatedMs: time });
      shown.draw(rows, progress.label);
    },
    finish: () => shown.finish(rows),
  };
}

/** Returns a bar's words: share, counts, elapsed and remaining time. */
export function describeProgress(row: ProgressRow): string {
  const elapsed = row.updatedMs - row.startedMs;
  const share = shareOf(row);
  const left = share > 0 && share < 1 && elapsed > 0
    ? `, ${formatDuration((elapsed * (1 - share)) / share)} left`
    : "";
  const detail = row.detail === undefined || row.detail === "" ? "" : ` · ${row.detail}`;
  const percent = `${Math.floor(share * 100)} %`;
  // A phase of equal parts counts in fractions of a part: then the share says it all.
  const counts = Number.isInteger(row.done) ? ` · ${row.done}/${row.total}` : "";
  return `${percent}${counts} · ${formatDuration(elapsed)}${left}${detail}`;
}

/** Returns a duration for people: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (n: number) => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** Returns the bundle of all bars, for a notebook. */
export function progressBundle(title: string, rows: Iterable<ProgressRow>): MimeBundle {
  const list = [...rows];
  const html = list.map((row) => {
    const percent = (shareOf(row) * 100).toFixed(1);
    // Colours that hold on light and dark pages; the words carry the meaning.
    return `<div style="display:flex;gap:.8em;align-items:center;flex-wrap:wrap">` +
      `<span style="min-width:14em">${escapeHtml(row.label)}</span>` +
      `<span style="width:12em;height:.6em;background:#8885;border-radius:3px">` +
      `<span style="display:block;width:${percent}%;height:100%;background:#1b6ca8;` +
      `border-radius:3px"></span></span><span>${escapeHtml(describeProgress(row))}</span></div>`;
  }).join("\n");
  return {
    [PROGRESS_MIME]: list.map(({ label, done, total, detail = "" }) => ({
      label,
      done,
      total,
      detail,
    })),
    "text/html": `<div role="status"><strong>${escapeHtml(title)}</strong>\n${html}</div>`,
    "text/plain": [title, ...list.map((row) => `${row.label}  ${textBar(row)}`)].join("\n"),
  };
}

interface Shown {
  draw(rows: ReadonlyMap<string, ProgressRow>, current: string): void;
  finish(rows: ReadonlyMap<string, ProgressRow>): Promise<void>;
}

function notebookBars(title: string): Shown {
  let live: Promise<LiveOutput> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = async (rows: ReadonlyMap<string, ProgressRow>): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (rows.size === 0) return;
    const bundle = progressBundle(title, rows.values());
    live ??= showLive(bundle);
    await (await live).update(bundle);
  };
  return {
    // Only what will be seen is put into words: a million updates must cost nothing.
    // And progress is no reason to fail the work that it reports on.
    draw: (rows) => {
      timer ??= setTimeout(() => void send(rows).catch(() => {}), NOTEBOOK_INTERVAL_MS);
    },
    finish: send,
  };
}

function textBars(options: ProgressOptions): Shown {
  const write = options.write ?? ((text) => void process.stderr.write(text));
  const isTerminal = options.isTerminal ?? (process.stderr.isTTY === true);
  const interval = isTerminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS;
  let [drawnMs, drawnLabel, drawnEnd, isOpen] = [-Infinity, "", false, false];
  const line = (row: ProgressRow) => `${row.label}  ${textBar(row)}`;
  return {
    draw: (rows, current) => {
      const row = rows.get(current)!;
      const isEnd = row.done >= row.total;
      // Work that reports on after its end says nothing new.
      const isRepeated = isEnd && drawnEnd && current === drawnLabel;
      if (isRepeated) return;
      if (!isEnd && row.updatedMs - drawnMs < interval && current === drawnLabel) return;
      if (!isTerminal) write(`${line(row)}\n`);
      else {
        // A bar that another label interrupts stays on its line.
        if (isOpen && current !== drawnLabel) write("\n");
        write(`\r\x1b[2K${line(row).slice(0, (process.stderr.columns ?? 100) - 1)}`);
        if (isEnd) write("\n");
        isOpen = !isEnd;
      }
      [drawnMs, drawnLabel, drawnEnd] = [row.updatedMs, current, isEnd];
    },
    finish: () => {
      if (isOpen) write("\n");
      isOpen = false;
      return Promise.resolve();
    },
  };
}

function textBar(row: ProgressRow): string {
  const filled = Math.round(shareOf(row) * BAR_CELLS);
  return `${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)}  ${describeProgress(row)}`;
}

function shareOf({ done, total }: Progress): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
}
