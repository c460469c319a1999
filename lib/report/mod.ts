/** Reports and charts: recorded results as documents, figures, pictures and pages. @module */

// Charts
export { CHART_HEIGHT, chartBundle, chartHtml, PLOTLY_MIME } from "./chart.ts";
export type { MimeBundle } from "./chart.ts";
export { createFigure, describeFigure, plainFigure, thin } from "./figure.ts";
export type { Figure, FigureOptions, Trace } from "./figure.ts";
export {
  baseLayout,
  controllerColours,
  controllerDashes,
  lineOf,
  palettes,
  seriesColours,
  verdictColours,
} from "./theme.ts";
export type { Palette } from "./theme.ts";
export { PLOTLY_MARK, plotlyHtml, plotlyPath, plotlyVersion } from "./plotly.ts";
export type { PlotlySource } from "./plotly.ts";
export { escapeHtml } from "./html.ts";

// Curves and motion
export { intervalsFigure, linesFigure, lineTrace } from "./lines_figure.ts";
export type { Curve, NamedInterval } from "./lines_figure.ts";
export { pendulumFigure } from "./pendulum_figure.ts";
export type { PendulumFigureOptions, PendulumMotion } from "./pendulum_figure.ts";

// Pictures
export { findBrowser, openBrowser } from "./browser.ts";
export type { Browser, BrowserMessage, BrowserPage } from "./browser.ts";
export { packagedBrowser } from "./packaged_browser.ts";
export type { BrowserProgram } from "./packaged_browser.ts";
export { createStillDrawer, renderStills } from "./still.ts";
export type { StillDrawer, StillOptions } from "./still.ts";

// Pages
export { pageChart, pageHtml, withLinks, withSharedLibrary } from "./page.ts";
export type { PageContent, PageLink } from "./page.ts";
export { columnStyle, createMarkdown, scrollable } from "./markdown.ts";
export type { Heading, MarkdownRenderer, RenderedMarkdown } from "./markdown.ts";
export { highlightTypeScript } from "./highlight.ts";
export { publishHtml, publishMarkdown } from "./publish_html.ts";
export type { PageCell, PageOutput, PublishHtmlOptions } from "./publish_html.ts";
export { writeSite } from "./site.ts";
export { siteIndex } from "./site_index.ts";
export type { SiteEntry } from "./site_index.ts";
export { growthFigure, peakFigure } from "./site_charts.ts";
export { checkPage } from "./check_page.ts";
export type { PageFindings, PageView } from "./check_page.ts";

// Reports whose numbers are cited
export { createDocument } from "./document.ts";
export type { ReportDocument } from "./document.ts";
export { answerOf, renderReports, reportFor } from "./phase_reports.ts";
export { describeRuntimes, runtimeMatrix, runtimesSection } from "./runtimes_section.ts";
export type { RuntimeRow } from "./runtimes_section.ts";
export { CITATIONS_FILE, writeReport } from "./write_report.ts";

// Memory over cycles
export { heapFigure, memoryFigure } from "./memory_figures.ts";
export type { Columns, DrawnLimits } from "./memory_figures.ts";

export { cleanupFigure, controlsFigure, growthSitesFigure, scoreFigure } from "./audit_figures.ts";
export { drawLeftFigures, FIGURES_FOLDER, savePictures } from "./pictures.ts";
export type { SavedPictures } from "./pictures.ts";

// Dataframes
export {
  leakSamples,
  loadPolars,
  patternsFrame,
  recordsFrame,
  stressSamples,
  writeFrame,
} from "./frames.ts";
