/**
 * A run on disk: `<root>/<id>/` with one JSON file per phase, `samples/` with the measured series,
 * `units/` with what a resumed run need not measure again, `manifest.json` with the SHA-256 of each
 * file, and `log.txt`. Files appear whole or not at all.
 *
 * @module
 */

import { createHash } from "node:crypto";
import {
  accessSync,
  appendFileSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve, sep } from "node:path";

/** Series of equal length by name, for example `{ cycle, heap_bytes }`. */
export type SampleColumns = Readonly<Record<string, ArrayLike<number>>>;

/** Content of `manifest.json`: each file of the run with its digest. */
export interface RunManifest {
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

/** What one measurement of a run is called: the unit of resumption. */
export interface UnitKey {
  readonly phase: string;
  readonly target: string;
  readonly scenario: string;
  readonly repetition: number;
}

/** One run's folder. Names and paths are relative to it, with `/`. */
export interface RunStore {
  readonly id: string;
  /** Absolute path. */
  readonly folder: string;
  /**
   * Returns the value of `<name>.json`; the ending may be written or left out.
   *
   * @throws RangeError if it is missing or unreadable.
   */
  read<T>(name: string): T;
  /** Writes `<name>.json`, whole or not at all. */
  write(name: string, value: unknown): void;
  has(name: string): boolean;
  /** Writes columns of numbers to `samples/<path>.json` and returns that path. */
  writeSamples(path: string, columns: SampleColumns): string;
  /** Returns the columns at `path`, as `writeSamples` returned it or without `samples/` and `.json`. */
  readSamples(path: string): Record<string, Float64Array>;
  /** Appends a line to `log.txt`, with the time. */
  log(line: string): void;
}

/** Options for {@linkcode openRun}. */
export interface OpenRunOptions {
  /** Name of the run; a new one from the date where absent. */
  readonly id?: string;
  /** Goes on with the run `id`, or with the latest one, instead of starting a new one. */
  readonly resume?: boolean;
}

/**
 * Opens a run below `root` (the folder of all runs, such as `data/runs`), made where it is missing.
 *
 * @throws RangeError if there is nothing to resume, or a new run would overwrite another.
 */
export function openRun(root: string, options: OpenRunOptions = {}): RunStore {
  const id = options.id ?? (options.resume ? latestRun(root) : newRunId(root));
  if (id === undefined) {
    throw new RangeError(`Cannot resume as a run must exist in ${root}: current value is none`);
  }
  if (!/^[\w.-]+$/.test(id) || /^\.+$/.test(id)) {
    throw new RangeError(
      `Cannot open a run as its id may hold letters, digits, "_", "-" and ".": current value is "${id}"`,
    );
  }
  const folder = resolve(root, id);
  if (options.resume && !existsSync(folder)) {
    throw new RangeError(`Cannot resume as the run must exist: current value is "${folder}"`);
  }
  makeFolder(join(folder, "samples"));
  return new FolderStore(id, folder);
}

/** Returns the name of the latest run below `root`, or undefined where there is none. */
export function latestRun(root: string): string | undefined {
  if (!existsSync(root)) return undefined;
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, "samples")))
    .map((entry) => entry.name).sort().at(-1);
}

/** Returns the name under which a unit of work is stored: `store.has(unitName(key))`. */
export function unitName({ phase, target, scenario, repetition }: UnitKey): string {
  const parts = [phase, target, scenario, String(repetition)];
  return `units/${parts.map((part) => encodeURIComponent(part).replaceAll(".", "%2E")).join(".")}`;
}

/**
 * Makes a folder, and those above it, where they are missing.
 *
 * @throws {Error} if it cannot be made or written.
 */
export function makeFolder(folder: string): void {
  try {
    makeFolders(resolve(folder));
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const rule = "must be a folder that can be written";
    throw new Error(`Cannot go on as ${folder} ${rule}: ${reason}`, { cause });
  }
}

/** One by one: below /proc, Node's own way of making all of them never ends. */
function makeFolders(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  makeFolders(dirname(folder));
  mkdirSync(folder);
}

/** Writes text so that a reader sees the old file or the new one, never a part. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.part`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot write ${path} as the folder must accept it: ${reason}`, { cause });
  }
}

/** Returns the SHA-256 of some content, in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

class FolderStore implements RunStore {
  readonly id: string;
  readonly folder: string;

  constructor(id: string, folder: string) {
    this.id = id;
    this.folder = folder;
  }

  has(name: string): boolean {
    return existsSync(this.#path(name));
  }

  read<T>(name: string): T {
    const path = this.#path(name);
    try {
      return JSON.parse(readFileSync(path, "utf8")) as T;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RangeError(`Cannot read ${path} as it must be whole JSON: ${reason}`, { cause });
    }
  }

  write(name: string, value: unknown): void {
    this.#put(`${name.replace(/\.json$/, "")}.json`, JSON.stringify(value, null, 1) + "\n");
  }

  writeSamples(path: string, columns: SampleColumns): string {
    const lengths = new Set(Object.values(columns).map((column) => column.length));
    if (lengths.size > 1) {
      const found = Object.entries(columns).map(([name, column]) => `${name} ${column.length}`);
      throw new RangeError(
        `Cannot write samples as columns must have one length: current value is ${
          found.join(", ")
        }`,
      );
    }
    // One line per column: small, and readable in a text difference.
    const lines = Object.entries(columns).map(([name, column]) =>
      `${JSON.stringify(name)}:${JSON.stringify(Array.from(column))}`
    );
    const file = sampleFile(path);
    this.#put(file, `{\n${lines.join(",\n")}\n}\n`);
    return file;
  }

  readSamples(path: string): Record<string, Float64Array> {
    const file = sampleFile(path);
    const columns = this.read<Record<string, (number | null)[]>>(file);
    return Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [
        name,
        Float64Array.from(column, (value) => value ?? NaN),
      ]),
    );
  }

  log(line: string): void {
    appendFileSync(join(this.folder, "log.txt"), `${new Date().toISOString()} ${line}\n`);
  }

  #path(name: string): string {
    const path = resolve(this.folder, `${name.replace(/\.json$/, "")}.json`);
    if (!path.startsWith(this.folder + sep)) {
      throw new RangeError(
        `Cannot use a name as it must stay in the run's folder: current value is "${name}"`,
      );
    }
    return path;
  }

  #put(file: string, content: string): void {
    writeWhole(this.#path(file), content);
    // Read again each time, since another process may have added to the same run.
    const manifest = this.has("manifest") ? this.read<RunManifest>("manifest") : { files: {} };
    const entry = { sha256: sha256(content), bytes: Buffer.byteLength(content) };
    const files = { ...manifest.files, [file]: entry };
    writeWhole(this.#path("manifest"), JSON.stringify({ files }, null, 1) + "\n");
  }
}

function sampleFile(path: string): string {
  return `samples/${path.replace(/^samples\//, "").replace(/\.json$/, "")}.json`;
}

function newRunId(root: string): string {
  const date = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  let id = date;
  for (let n = 2; existsSync(join(root, id)); n++) id = `${date}.${n}`;
  return id;
}
