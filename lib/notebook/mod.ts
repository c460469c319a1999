/** Notebooks: what a cell shows, in either kernel and in a terminal. @module */

// Showing
export { displayKind, show, showLive } from "./display.ts";
export type { DisplayKind, LiveOutput } from "./display.ts";
export { initCharts, showChart, showError, showLiveChart, showMarkdown } from "./show.ts";
export type { LiveChart } from "./show.ts";
export { formatValue, showTable, tableBundle } from "./table.ts";
export type { FrameLike, Row, TableOptions } from "./table.ts";
export { environmentTable } from "./environment.ts";
export type { EnvironmentRow } from "./environment.ts";

// Progress
export {
  createProgress,
  describeProgress,
  formatDuration,
  PROGRESS_MIME,
  progressBundle,
} from "./progress.ts";
export type { ProgressBars, ProgressOptions, ProgressRow } from "./progress.ts";

// Scripts and notebook files
export { notebookOf, scriptOf } from "./script.ts";
export type { ScriptOptions } from "./script.ts";
export { cellIds, headingSlug } from "./cell_ids.ts";
export {
  joined,
  notebookText,
  parseNotebook,
  readNotebook,
  TSLAB_METADATA,
  writeNotebook,
} from "./notebook_file.ts";
export type { CellOutput, JsonObject, Notebook, NotebookCell } from "./notebook_file.ts";

// Running on a kernel
export { findKernelspec, kernelCommand } from "./kernelspec.ts";
export type { Kernelspec } from "./kernelspec.ts";
export { startKernel } from "./kernel.ts";
export type { Kernel, KernelReply } from "./kernel.ts";
export type { KernelMessage } from "./wire.ts";
export { NotebookFailed, runNotebook, tagsOf } from "./run_notebook.ts";
export type { CellReport, RunOptions } from "./run_notebook.ts";
export { injectParameters } from "./parameters.ts";

// Publishing
export {
  executeScript,
  importNotebook,
  ipynbOf,
  publishNotebook,
  writePublished,
} from "./publish.ts";
export type { ExecutedNotebook, Published, PublishOptions } from "./publish.ts";
export { notebookProgress } from "./notebook_progress.ts";
export { checkNotebooks, listScripts } from "./check.ts";
export type { CheckOptions } from "./check.ts";
export type { NotebookProblem } from "./notebook_problem.ts";
export { checkStyle } from "./check_style.ts";
export type { StyleProblem } from "./check_style.ts";

// An audit, phase by phase
export { findAuditRuntimes, openAudit } from "./audit_session.ts";
export type { AuditSession, AuditSessionOptions } from "./audit_session.ts";

// An audit in one cell
export { audit } from "./interactive.ts";
export type { InteractiveLeaks, InteractiveOptions } from "./interactive.ts";
