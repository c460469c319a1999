/**
 * Figures as PNG files in the folder of reports.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { writeWhole } from "../audit/mod.ts";
import { findBrowser } from "./browser.ts";
import type { Figure } from "./figure.ts";
import { createStillDrawer, type StillDrawer, type StillOptions } from "./still.ts";

/** What became of the pictures. */
export interface SavedPictures {
  /** Paths of the files written. */
  readonly files: readonly string[];
  /** Why there are none; empty where all were written. */
  readonly warning: string;
}

/**
 * Environment variable with the folder in which who runs a notebook wants its figures, to draw the
 * pictures of several notebooks with one browser.
 */
export const FIGURES_FOLDER = "HEAPBOOK_FIGURES";

/** A figure that waits to be drawn. */
interface LeftFigure {
  /** Absolute path of the picture. */
  readonly file: string;
  readonly figure: Figure;
}

/** Pixels per px of the layout: pictures are made for print. */
const SCALE = 2;

/**
 * Writes each figure as `<name>.png` below `folder`, or leaves that to who runs the notebook. A
 * machine without a browser gets a warning instead of pictures: the reports stand without them.
 */
export async function savePictures(
  folder: string,
  figures: Readonly<Record<string, Figure>>,
  options: StillOptions = {},
): Promise<SavedPictures> {
  const left = Object.entries(figures).map(([name, figure]): LeftFigure => (
    { file: join(folder, `${name}.png`), figure }
  ));
  const later = process.env[FIGURES_FOLDER];
  const drawer = createStillDrawer(options.browser);
  try {
    if (later) leave(later, left);
    else await drawTo(left, drawer, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    return { files: [], warning: error instanceof Error ? error.message : String(error) };
  } finally {
    await drawer.close();
  }
  return { files: left.map(({ file }) => file), warning: "" };
}

function leave(folder: string, figures: readonly LeftFigure[]): void {
  findBrowser(); // throws where the pictures could not be drawn later either
  for (const figure of figures) {
    writeWhole(join(folder, `${randomUUID()}.json`), JSON.stringify(figure));
  }
}

/** Draws the figures that notebooks left in `folder` so far. */
export async function drawLeftFigures(
  folder: string,
  drawer: StillDrawer,
  signal?: AbortSignal,
): Promise<void> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const left = files.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  await drawTo(left as LeftFigure[], drawer, signal === undefined ? {} : { signal });
  for (const name of files) rmSync(join(folder, name));
}

async function drawTo(
  left: readonly LeftFigure[],
  drawer: StillDrawer,
  options: StillOptions,
): Promise<void> {
  const stills = await drawer.draw(left.map(({ figure }) => figure), { scale: SCALE, ...options });
  left.forEach(({ file }, i) => writeWhole(file, stills[i]!));
}
