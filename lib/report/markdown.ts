/**
 * Turns Markdown into HTML with headings that can be linked to.
 *
 * @module
 */
import { escapeHtml } from "./html.ts";
import { loadMaths, mathsExtension } from "./maths.ts";

/** A heading of a page. */
export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  /** Id of the element, for links. */
  readonly id: string;
  /** Words, as HTML without tags. */
  readonly text: string;
}

/** HTML of a piece of Markdown and the headings in it. */
export interface RenderedMarkdown {
  /** HTML of the piece. */
  readonly html: string;
  /** Headings of the piece, in order. */
  readonly headings: readonly Heading[];
}

/** Renders Markdown, piece by piece; heading ids are unique among all pieces. */
export interface MarkdownRenderer {
  /** Renders one piece. */
  readonly render: (text: string) => RenderedMarkdown;
  /** Renders one piece in which TeX stands between dollars, as in a notebook's prose. */
  readonly renderProse: (text: string) => RenderedMarkdown;
}

/**
 * Returns a renderer of GitHub-flavoured Markdown.
 *
 * @throws {Error} where the optional package marked is not installed.
 */
export async function createMarkdown(): Promise<MarkdownRenderer> {
  const { Marked } = await loadMarked();
  const used = new Map<string, number>();
  let headings: Heading[] = [];
  let hasMaths = false;
  const marked = new Marked({ gfm: true });
  marked.use(mathsExtension(await loadMaths(), () => hasMaths));
  marked.use({
    renderer: {
      heading({ tokens, depth }) {
        const inner = this.parser.parseInline(tokens);
        const text = this.parser.parseInline(tokens, this.parser.textRenderer);
        const id = uniqueSlug(text, used);
        headings.push({ level: depth, id, text });
        return `<h${depth} id="${id}">${inner}</h${depth}>\n`;
      },
      table(token) {
        const longest = token.header.map((_, i) =>
          Math.max(...token.rows.map((cells) => cells[i]?.text.length ?? 0))
        );
        const row = (cells: typeof token.header, tag: "th" | "td") =>
          `<tr>${
            cells.map((cell, i) => {
              const styles = [
                ...(cell.align === null ? [] : [`text-align:${cell.align}`]),
                ...(tag === "th" ? columnStyle(longest[i]!) : []),
              ];
              const align = styles.length === 0 ? "" : ` style="${styles.join(";")}"`;
              const scope = tag === "th" ? ' scope="col"' : "";
              return `<${tag}${scope}${align}>${this.parser.parseInline(cell.tokens)}</${tag}>`;
            }).join("")
          }</tr>`;
        const rows = token.rows.map((cells) => row(cells, "td")).join("\n");
        return scrollable(
          `<table><thead>${row(token.header, "th")}</thead><tbody>${rows}</tbody></table>`,
          "table",
        );
      },
    },
  });
  const render = (text: string, withMaths: boolean): RenderedMarkdown => {
    headings = [];
    hasMaths = withMaths;
    const html = marked.parse(text, { async: false });
    return { html, headings };
  };
  return { render: (text) => render(text, false), renderProse: (text) => render(text, true) };
}

const LONG_TEXT = 40; // characters

/** A column of long texts is wide enough to be read; the table scrolls in its box. */
export function columnStyle(longest: number): readonly string[] {
  return longest > LONG_TEXT ? ["min-width:16rem"] : [];
}

/** Returns `html` in a box that scrolls sideways, also by keyboard, instead of the page. */
export function scrollable(html: string, label: string): string {
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(label)}">` +
    `${html}</div>`;
}

async function loadMarked(): Promise<typeof import("marked")> {
  try {
    return await import("marked");
  } catch {
    throw new Error("Cannot publish HTML as marked is not installed: run npm install marked");
  }
}

function uniqueSlug(text: string, used: Map<string, number>): string {
  const slug = text.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "") || "section";
  const count = (used.get(slug) ?? 0) + 1;
  used.set(slug, count);
  return count === 1 ? slug : `${slug}-${count}`;
}
