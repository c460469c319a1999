/**
 * Figures as PNG files in the folder of reports.
 *
 * @module
 */
import { join } from "node:path";
import { writeWhole } from "../audit/mod.ts";
import type { Figure } from "./figure.ts";
import { renderStills, type StillOptions } from "./still.ts";

/** What became of the pictures. */
export interface SavedPictures {
  /** Paths of the files written. */
  readonly files: readonly string[];
  /** Why there are none; empty where all were written. */
  readonly warning: string;
}

/**
 * Writes each figure as `<name>.png` below `folder`. A machine without a browser gets a warning
 * instead of pictures: the reports stand without them.
 */
export async function savePictures(
  folder: string,
  figures: Readonly<Record<string, Figure>>,
  options: StillOptions = {},
): Promise<SavedPictures> {
  const names = Object.keys(figures);
  let stills: readonly Uint8Array[];
  try {
    stills = await renderStills(Object.values(figures), { scale: 2, ...options });
  } catch (error) {
    options.signal?.throwIfAborted();
    return { files: [], warning: error instanceof Error ? error.message : String(error) };
  }
  const files = names.map((name) => join(folder, `${name}.png`));
  files.forEach((file, i) => writeWhole(file, stills[i]!));
  return { files, warning: "" };
}
