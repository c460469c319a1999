/**
 * Kernelspecs: how a kernel is started. The project brings its own, so that no Jupyter is needed;
 * paths inside it are relative to its folder.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import process from "node:process";

/** Command and manners of a kernel. */
export interface Kernelspec {
  /** Program and arguments, with `{connection_file}` and `{resource_dir}`. */
  readonly argv: readonly string[];
  /** Name for people. */
  readonly displayName: string;
  /** How a running cell is stopped: SIGINT, or a message on the control channel. */
  readonly interruptMode: "signal" | "message";
  /** Added to the kernel's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the kernelspec, absolute. */
  readonly folder: string;
}

const FOLDER = join(".jupyter", "kernels");

/** Kernels that need no kernelspec on disk: their packages are found as any other. */
const PACKAGED: Readonly<Record<string, () => Omit<Kernelspec, "folder">>> = {
  heapbook: tslabSpec,
  tslab: tslabSpec,
  deno: () => ({
    argv: ["node", packageFile("deno", "bin.cjs"), "jupyter", "--kernel", "--conn", CONNECTION],
    displayName: "Deno",
    interruptMode: "message", // It dies of SIGINT.
    env: { DENO_V8_FLAGS: "--expose-gc", DENO_NO_UPDATE_CHECK: "1" },
  }),
};

const CONNECTION = "{connection_file}";

/**
 * Returns the kernelspec `name` of the nearest `.jupyter/kernels` at or above `from`, or the one at
 * the path `name` where that ends in `.json`. Where a project has none, `heapbook`, `tslab` and
 * `deno` are started from their npm packages.
 *
 * @throws {Error} where there is none, or it cannot be read.
 */
export function findKernelspec(name: string, from: string): Kernelspec {
  if (name.endsWith(".json")) return readKernelspec(resolve(from, name));
  for (let folder = resolve(from);; folder = dirname(folder)) {
    const path = join(folder, FOLDER, name, "kernel.json");
    if (existsSync(path)) return readKernelspec(path);
    if (folder === dirname(folder)) break;
  }
  const packaged = PACKAGED[name]?.();
  if (packaged !== undefined) return { ...packaged, folder: resolve(from) };
  const rule = `no ${join(FOLDER, name, "kernel.json")} stands at or above`;
  throw new Error(`Cannot find the kernel "${name}" as ${rule} ${resolve(from)}`);
}

/** Returns the command that starts a kernel which reads `connectionFile`. */
export function kernelCommand(spec: Kernelspec, connectionFile: string): readonly string[] {
  const [program, ...rest] = spec.argv.map((word) =>
    word.replaceAll("{connection_file}", connectionFile).replaceAll("{resource_dir}", spec.folder)
  );
  // The Node that runs this, not another one that happens to stand first on the path.
  return [program === "node" ? process.execPath : program!, ...rest];
}

// The module beside this one, compiled or source, whichever is running.
const kernelPreload = new URL(`./kernel_preload${extname(import.meta.url)}`, import.meta.url);

function tslabSpec(): Omit<Kernelspec, "folder"> {
  const program = packageFile("tslab", "bin", "tslab");
  return {
    argv: [
      ...["node", "--expose-gc", "--import", kernelPreload.href],
      ...[program, "kernel", "--config-path", CONNECTION],
    ],
    displayName: "TypeScript",
    interruptMode: "signal",
    env: {},
  };
}

function packageFile(name: string, ...parts: readonly string[]): string {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return join(dirname(manifest), ...parts);
  } catch {
    throw new Error(`Cannot start the kernel as ${name} is not installed: run npm install ${name}`);
  }
}

function readKernelspec(path: string): Kernelspec {
  const spec = parseSpec(path);
  if (!Array.isArray(spec["argv"]) || spec["argv"].length === 0) {
    throw new SyntaxError(`Cannot read ${path} as argv must be a list of words`);
  }
  return {
    argv: spec["argv"].map(String),
    displayName: String(spec["display_name"] ?? "kernel"),
    interruptMode: spec["interrupt_mode"] === "message" ? "message" : "signal",
    env: (spec["env"] ?? {}) as Record<string, string>,
    folder: dirname(path),
  };
}

function parseSpec(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new SyntaxError(`Cannot read ${path}: ${(error as Error).message}`);
  }
}
