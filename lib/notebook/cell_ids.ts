/**
 * Ids of cells, from the headings above them: a notebook that is published again keeps its ids, and
 * its diff shows only what changed.
 *
 * @module
 */
import type { NotebookCell } from "./notebook_file.ts";

const SLUG_LENGTH = 48; // nbformat allows 64; the number needs room.

/** Returns one id per cell: the slug of the last heading, numbered from its second cell on. */
export function cellIds(
  cells: readonly Pick<NotebookCell, "cell_type" | "source">[],
): readonly string[] {
  const used = new Map<string, number>();
  const taken = new Set<string>();
  let slug = "cell";
  return cells.map((cell) => {
    slug = (cell.cell_type === "markdown" ? headingSlug(cell.source) : undefined) ?? slug;
    let id: string;
    do {
      const count = (used.get(slug) ?? 0) + 1;
      used.set(slug, count);
      id = count === 1 ? slug : `${slug}-${count}`;
    } while (taken.has(id));
    taken.add(id);
    return id;
  });
}

/** Returns the slug of the first heading in `markdown`, if it has one. */
export function headingSlug(markdown: string): string | undefined {
  const title = /^#{1,6}\s+(.+)$/m.exec(markdown)?.[1];
  const slug = title?.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "").slice(0, SLUG_LENGTH).replace(/-+$/, "");
  return slug === "" ? undefined : slug;
}
