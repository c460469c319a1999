/**
 * Publishes a script as a notebook: runs it on a kernel, draws a still of every chart, and writes
 * the `.ipynb` and a self-contained HTML page.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { makeFolder, writeWhole } from "../audit/mod.ts";
import {
  chartHtml,
  createMarkdown,
  createStillDrawer,
  type Figure,
  type PageLink,
  PLOTLY_MARK,
  PLOTLY_MIME,
  plotlyHtml,
  plotlyPath,
  type PlotlySource,
  publishHtml,
  type StillDrawer,
} from "../report/mod.ts";
import { type Kernel, startKernel } from "./kernel.ts";
import { findKernelspec } from "./kernelspec.ts";
import {
  type CellOutput,
  joined,
  type Notebook,
  readNotebook,
  writeNotebook,
} from "./notebook_file.ts";
import { injectParameters } from "./parameters.ts";
import {
  type CellReport,
  NotebookFailed,
  runNotebook,
  type RunOptions,
  tagsOf,
} from "./run_notebook.ts";
import { notebookOf, scriptOf } from "./script.ts";

/** Settings of `publishNotebook`. */
export interface PublishOptions extends RunOptions {
  /** Values for names that the cell tagged `parameters` declares. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** False takes the outputs from the notebook that stands there already. */
  readonly execute?: boolean;
  /** Name of a kernelspec of the project or path of a kernel.json; `heapbook` (tslab) where absent. */
  readonly kernel?: string;
  /** A kernel that is up already, and stays up; one is started for the notebook where absent. */
  readonly running?: Kernel;
  /** Draws the stills; a browser is started for the notebook where absent. */
  readonly drawer?: StillDrawer;
  /** Where the notebook goes; beside the script where absent. */
  readonly outIpynb?: string;
  /** Where the HTML page goes; none is written where absent. */
  readonly outHtml?: string;
  /** How charts in the notebook find plotly.js; `embed` where absent. The page always embeds it. */
  readonly plotlySource?: PlotlySource;
  /** Links above the page's title. */
  readonly links?: readonly PageLink[];
}

/** What was published. */
export interface Published {
  /** The notebook as it was written. */
  readonly notebook: Notebook;
  /** Time and outcome of each cell that ran. */
  readonly cells: readonly CellReport[];
  /** Absolute path of the notebook. */
  readonly ipynb: string;
  /** Absolute path of the page; null where none was asked for. */
  readonly html: string | null;
  /** What could not be done and is no reason to fail, for example pictures without a browser. */
  readonly warnings: readonly string[];
}

/** A notebook that ran and is not written yet. */
export interface ExecutedNotebook {
  readonly notebook: Notebook;
  /** Time and outcome of each cell that ran. */
  readonly cells: readonly CellReport[];
  /** Name of the script without its ending. */
  readonly name: string;
  /** Absolute path of the notebook to be. */
  readonly ipynb: string;
  /** Absolute path of the page to be; null where none was asked for. */
  readonly html: string | null;
}

/**
 * Publishes the script at `scriptPath`.
 *
 * @throws {SyntaxError} where the script cannot be read as a notebook.
 * @throws {NotebookFailed} where a cell fails; the notebook up to there is written first.
 */
export async function publishNotebook(
  scriptPath: string,
  options: PublishOptions = {},
): Promise<Published> {
  return await writePublished(await executeScript(scriptPath, options), options);
}

/**
 * The first half of publishing: runs the script's cells.
 *
 * @throws as `publishNotebook` does.
 */
export async function executeScript(
  scriptPath: string,
  options: PublishOptions = {},
): Promise<ExecutedNotebook> {
  const { execute = true, parameters = {} } = options;
  const ipynb = resolve(options.outIpynb ?? ipynbOf(scriptPath));
  const html = options.outHtml === undefined ? null : resolve(options.outHtml);
  const notebook = readScript(scriptPath);
  injectParameters(notebook, parameters);
  await checkOutputs(ipynb, html);
  let cells: readonly CellReport[] = [];
  try {
    if (execute) cells = await executeNotebook(notebook, scriptPath, options);
    else takeOutputs(notebook, ipynb);
  } catch (error) {
    writeNotebook(ipynb, notebook);
    throw error instanceof NotebookFailed ? namedFailure(error, scriptPath, ipynb) : error;
  }
  return { notebook, cells, name: basename(scriptPath, ".ts"), ipynb, html };
}

/** The second half of publishing: draws a still of every chart and writes notebook and page. */
export async function writePublished(
  { notebook, cells, name, ipynb, html }: ExecutedNotebook,
  options: PublishOptions = {},
): Promise<Published> {
  const { plotlySource = "embed", links = [] } = options;
  const warnings = await addStills(notebook, options);
  placePlotly(notebook, plotlySource);
  writeNotebook(ipynb, notebook);
  if (html !== null) writeWhole(html, await publishHtml(notebook, { title: name, links }));
  return { notebook, cells, ipynb, html, warnings };
}

/** A run may take long: what could keep its results from being written is found out before. */
async function checkOutputs(ipynb: string, html: string | null): Promise<void> {
  for (const path of html === null ? [ipynb] : [ipynb, html]) {
    try {
      makeFolder(dirname(path));
    } catch (error) {
      const reason = (error as Error).message;
      throw new Error(`Cannot write ${path} as its folder must be writable: ${reason}`);
    }
  }
  if (html === null) return;
  await createMarkdown();
  plotlyPath();
}

/**
 * Returns the script of a notebook that was edited in Jupyter; parameters that a run injected and
 * outputs stay behind.
 */
export function importNotebook(ipynbPath: string): string {
  const notebook = readNotebook(ipynbPath);
  const cells = notebook.cells.filter((cell) => !tagsOf(cell).includes("injected-parameters"));
  return scriptOf({ ...notebook, cells });
}

/** Returns the notebook's path for a script's: same folder, same name. */
export function ipynbOf(scriptPath: string): string {
  return scriptPath.replace(/\.ts$/, "") + ".ipynb";
}

function namedFailure(error: NotebookFailed, script: string, ipynb: string): NotebookFailed {
  const message = `Cannot publish ${script}: ${error.message} (the outputs so far are in ${ipynb})`;
  return new NotebookFailed(message, error.cell);
}

function readScript(path: string): Notebook {
  try {
    return notebookOf(readFileSync(path, "utf8"), path);
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    throw new Error(`Cannot read the script ${path}: ${(error as Error).message}`);
  }
}

async function executeNotebook(
  notebook: Notebook,
  scriptPath: string,
  options: PublishOptions,
): Promise<readonly CellReport[]> {
  if (options.running !== undefined) return await runNotebook(notebook, options.running, options);
  const folder = dirname(resolve(scriptPath));
  const spec = findKernelspec(options.kernel ?? "heapbook", folder);
  const kernel = await startKernel(spec, folder, options.signal);
  try {
    return await runNotebook(notebook, kernel, options);
  } finally {
    await kernel.shutdown();
  }
}

/** Outputs are taken over where the code is still the same. */
function takeOutputs(notebook: Notebook, ipynb: string): void {
  let old: Notebook;
  try {
    old = readNotebook(ipynb);
  } catch {
    return; // Nothing was published before.
  }
  const known = new Map(old.cells.map((cell) => [`${cell.id}\n${cell.source}`, cell]));
  for (const cell of notebook.cells) {
    const before = known.get(`${cell.id}\n${cell.source}`);
    if (cell.cell_type !== "code" || before?.outputs === undefined) continue;
    cell.outputs = before.outputs;
    cell.execution_count = before.execution_count ?? null;
  }
}

/** Gives each chart the picture that viewers without scripts show. */
async function addStills(
  notebook: Notebook,
  options: PublishOptions,
): Promise<readonly string[]> {
  const { signal, drawer = createStillDrawer() } = options;
  const outputs = outputsOf(notebook).filter(({ data }) => data?.[PLOTLY_MIME] !== undefined);
  const figures = outputs.map(({ data }) => data![PLOTLY_MIME] as Figure);
  let stills: readonly Uint8Array[];
  try {
    stills = await drawer.draw(figures, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    return [`${(error as Error).message}; charts were published without pictures`];
  } finally {
    if (options.drawer === undefined) await drawer.close();
  }
  for (const [index, { data }] of outputs.entries()) {
    const png = Buffer.from(stills[index]!).toString("base64");
    const caption = joined(data!["text/plain"]).split("\n")[0]!;
    data!["image/png"] = png;
    data!["text/html"] = chartHtml(figures[index]!, caption, png);
  }
  return [];
}

function placePlotly(notebook: Notebook, source: PlotlySource): void {
  const isLibrary = ({ data }: CellOutput) => joined(data?.["text/html"]).includes(PLOTLY_MARK);
  for (const cell of notebook.cells) {
    if (source === "none") cell.outputs &&= cell.outputs.filter((output) => !isLibrary(output));
    const libraries = (cell.outputs ?? []).filter(isLibrary);
    for (const { data } of libraries) data!["text/html"] = plotlyHtml(source);
  }
}

function outputsOf(notebook: Notebook): readonly CellOutput[] {
  return notebook.cells.flatMap((cell) => cell.outputs ?? []);
}
