/**
 * `heapbook notebook`: scripts become notebooks and pages, notebooks become scripts, and both are
 * checked.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import process from "node:process";
import {
  checkNotebooks,
  createProgress,
  importNotebook,
  listScripts,
  notebookProgress,
  publishNotebook,
} from "../notebook/mod.ts";
import { writeWhole } from "../audit/mod.ts";
import type { PlotlySource } from "../report/mod.ts";
import { type CommandSpec, parseArguments, type ParsedArguments, UsageError } from "./arguments.ts";
import { nearest } from "../config/mod.ts";
import { catchInterrupt, INTERRUPTED } from "./interruption.ts";

const spec: CommandSpec = {
  name: "notebook",
  summary: "Publish scripts as notebooks and pages, bring edits back, check both",
  details:
    "publish runs each script (or every one in a folder) on a kernel and writes .ipynb and " +
    ".html. import writes the script of a notebook that was edited in Jupyter. check type-checks " +
    "the scripts of a folder (notebooks where absent), and tries the way to a notebook and back.",
  positionals: {
    name: "publish|import|check [FILE…]",
    description: "What to do, and with which files or folder",
    minimum: 1,
    maximum: 100,
  },
  options: {
    out: {
      kind: "text",
      value: "PATH",
      description: "Folder for what publish writes, or the script that import writes",
    },
    html: { kind: "flag", description: "Write a self-contained HTML page beside each notebook" },
    kernel: {
      kind: "text",
      value: "NAME",
      description: "heapbook (tslab), deno, or the path of a kernel.json",
    },
    parameter: {
      kind: "text",
      short: "p",
      value: "NAME=JSON",
      multiple: true,
      description: "Value for a name in the parameters cell",
    },
    "no-execute": { kind: "flag", description: "Keep the outputs of cells that did not change" },
    plotly: {
      kind: "text",
      value: "SOURCE",
      choices: ["embed", "cdn", "none"],
      description: "How charts in the notebook find plotly.js; embed where absent",
    },
    timeout: {
      kind: "number",
      value: "SECONDS",
      minimum: 1,
      description: "Longest time for one cell; 1800 where absent",
    },
  },
  examples: [
    "heapbook notebook publish notebooks/02_leak_detection.ts --html --out exports -p cycles=200",
    "heapbook notebook import notebooks/02_leak_detection.ipynb",
    "heapbook notebook check notebooks",
  ],
};

/** Runs `heapbook notebook`; 0 done, 1 where check found problems. */
export async function notebookCommand(argv: readonly string[]): Promise<number> {
  const given = await parseArguments(argv, spec);
  const [what, ...files] = given.positionals;
  switch (what) {
    case "publish":
      return await publish(needFiles(what, files).flatMap(scriptsOf), given);
    case "import":
      return bringBack(needFiles(what, files), given.text("out"));
    case "check":
      return check(files[0] ?? "notebooks");
    default: {
      const near = nearest(what!, ["publish", "import", "check"]);
      const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
      const rule = "it must be publish, import or check";
      throw new UsageError(`Cannot run heapbook notebook as ${rule}: found "${what}"${hint}`);
    }
  }
}

async function publish(scripts: readonly string[], given: ParsedArguments): Promise<number> {
  const interruption = catchInterrupt();
  const bars = createProgress("notebooks");
  try {
    for (const script of scripts) {
      const name = basename(script, ".ts");
      const out = given.text("out") ?? resolve(script, "..");
      const published = await publishNotebook(script, {
        ...settings(given),
        ...notebookProgress(name, bars.update),
        signal: interruption.signal,
        outIpynb: join(out, `${name}.ipynb`),
        ...(given.flag("html") ? { outHtml: join(out, `${name}.html`) } : {}),
      });
      await bars.finish();
      for (const warning of published.warnings) process.stderr.write(`${warning}\n`);
      for (const path of [published.ipynb, published.html]) {
        if (path !== null) process.stdout.write(`${relative(process.cwd(), path)}\n`);
      }
    }
    return 0;
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    await bars.finish();
    process.stderr.write("Stopped: the notebook that ran holds its outputs so far\n");
    return INTERRUPTED;
  } finally {
    await bars.finish();
    interruption.release();
  }
}

function settings(given: ParsedArguments) {
  const [kernel, plotly, timeout] = [
    given.text("kernel"),
    given.text("plotly"),
    given.number("timeout"),
  ];
  return {
    parameters: readParameters(given.texts("parameter")),
    execute: !given.flag("no-execute"),
    ...(kernel === undefined ? {} : { kernel }),
    ...(plotly === undefined ? {} : { plotlySource: plotly as PlotlySource }),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
  };
}

function readParameters(words: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(words.map((word) => {
    const [, name, value] = /^([\w$]+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined) {
      throw new UsageError(
        `Cannot read --parameter as it must be NAME=JSON: current value is "${word}"`,
      );
    }
    return [name, readJson(value!)];
  }));
}

/** A value that is no JSON is a text, so that `-p target=my_cache` needs no quotes. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function bringBack(files: readonly string[], out: string | undefined): number {
  if (out !== undefined && files.length > 1) {
    throw new UsageError(`Cannot import ${files.length} notebooks into one --out`);
  }
  for (const file of files) {
    const path = out ?? file.replace(/\.ipynb$/, "") + ".ts";
    writeWhole(path, importNotebook(file));
    process.stdout.write(`${path}\n`);
  }
  return 0;
}

function check(folder: string): number {
  if (!existsSync(folder)) {
    throw new UsageError(`Cannot check ${folder} as there is no such folder`);
  }
  const problems = checkNotebooks(folder);
  for (const { file, line, kind, message } of problems) {
    process.stdout.write(`${relative(process.cwd(), file)}:${line}: ${kind}: ${message}\n`);
  }
  const count = listScripts(folder).length;
  if (problems.length === 0) process.stdout.write(`${count} notebooks are right\n`);
  return problems.length === 0 ? 0 : 1;
}

function needFiles(what: string, files: readonly string[]): readonly string[] {
  if (files.length > 0) return files;
  throw new UsageError(`Cannot ${what} as no file is named: see heapbook notebook --help`);
}

function scriptsOf(path: string): readonly string[] {
  return /\.ts$/.test(path) ? [path] : listScripts(path);
}
