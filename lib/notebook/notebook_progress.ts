/**
 * The progress of a notebook run as one bar: cells done, and inside the running cell the share that
 * the cell itself reports.
 *
 * @module
 */
import type { ProgressListener } from "../audit/mod.ts";
import type { RunOptions } from "./run_notebook.ts";

/** Returns the listeners of a run that tell `listener` how far the notebook `label` is. */
export function notebookProgress(
  label: string,
  listener: ProgressListener,
): Required<Pick<RunOptions, "onCell" | "onProgress">> {
  let [before, total, id] = [0, 1, ""];
  return {
    onCell: (report) => {
      [before, total, id] = [report.number - 1, report.total, report.id];
      const done = report.state === "done" ? report.number : before;
      listener({ label, done, total, detail: id });
    },
    onProgress: (progress) => {
      const share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
      const words = [progress.label, progress.detail].filter(Boolean).join(", ");
      listener({ label, done: before + share, total, detail: words });
    },
  };
}
