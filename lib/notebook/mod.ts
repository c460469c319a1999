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
export { createProgress, describeProgress, formatDuration, progressBundle } from "./progress.ts";
export type { ProgressBars, ProgressOptions, ProgressRow } from "./progress.ts";
