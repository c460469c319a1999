/**
 * Publishes an executed notebook as one HTML file: prose, folded code, tables, working charts. It
 * needs no server and asks nothing of the network.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PLOTLY_MIME } from "./chart.ts";
import type { Figure } from "./figure.ts";
import { highlightTypeScript } from "./highlight.ts";
import { escapeHtml } from "./html.ts";
import { createMarkdown, type Heading, type MarkdownRenderer, scrollable } from "./markdown.ts";
import { pageChart, pageHtml, type PageLink } from "./page.ts";
import { PLOTLY_MARK } from "./plotly.ts";

/** One output as nbformat keeps it; any notebook's fits. */
export interface PageOutput {
  /** `stream`, `display_data`, `execute_result` or `error`. */
  readonly output_type: string;
  /** Of a stream: `stdout` or `stderr`. */
  readonly name?: string;
  /** Of a stream: text or lines. */
  readonly text?: unknown;
  /** Of a display or result: format → content. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Of an error: class. */
  readonly ename?: string;
  /** Of an error: message. */
  readonly evalue?: string;
}

/** One cell as nbformat keeps it. */
export interface PageCell {
  /** `code`, `markdown` or `raw`. */
  readonly cell_type: string;
  /** Unique in its notebook. */
  readonly id: string;
  /** Text of the cell. */
  readonly source: string;
  /** Tags: `hide-input` and `hide-output` leave out a part. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Outputs of a code cell. */
  readonly outputs?: readonly PageOutput[];
}

/** Settings of a published page. */
export interface PublishHtmlOptions {
  /** Title where the notebook has no heading of level 1. */
  readonly title?: string;
  /** Links above the title, for example back to the index. */
  readonly links?: readonly PageLink[];
  /** HTML below the content. */
  readonly footer?: string;
  /** Folder of the PNG pictures that a Markdown document names; they are put into the page. */
  readonly pictures?: string;
}

/** Returns the HTML page of a notebook. */
export async function publishHtml(
  notebook: { readonly cells: readonly PageCell[] },
  options: PublishHtmlOptions = {},
): Promise<string> {
  const markdown = await createMarkdown();
  const headings: Heading[] = [];
  const parts = notebook.cells.map((cell, index) => {
    if (cell.cell_type === "raw") return "";
    if (cell.cell_type === "code") return codeHtml(cell, index, markdown);
    const rendered = markdown.renderProse(cell.source);
    headings.push(...rendered.headings);
    // A page leads to the pages of its neighbours.
    return rendered.html.replace(/( href="[\w./-]+)\.ipynb(#|")/g, "$1.html$2");
  });
  const title = headings.find(({ level }) => level === 1)?.text ?? options.title ?? "Notebook";
  return pageHtml({
    title: plainText(title),
    body: parts.filter((part) => part !== "").join("\n"),
    headings,
    links: options.links ?? [],
    footer: options.footer ?? "",
  });
}

/** Returns the HTML page of a Markdown document, for example a report. */
export async function publishMarkdown(
  text: string,
  options: PublishHtmlOptions = {},
): Promise<string> {
  const { html, headings } = (await createMarkdown()).render(text);
  const title = headings[0]?.text ?? options.title ?? "Report";
  const { links = [], footer = "", pictures } = options;
  const body = pictures === undefined ? html : embedPictures(html, pictures);
  return pageHtml({ title: plainText(title), body, headings, links, footer });
}

function embedPictures(html: string, folder: string): string {
  return html.replace(/ src="([\w.-]+\.png)"/g, (whole, name: string) => {
    const path = join(folder, name);
    if (!existsSync(path)) return whole;
    return ` src="data:image/png;base64,${readFileSync(path).toString("base64")}"`;
  });
}

function codeHtml(cell: PageCell, index: number, markdown: MarkdownRenderer): string {
  const tags = Array.isArray(cell.metadata["tags"]) ? cell.metadata["tags"] : [];
  const outputs = tags.includes("hide-output") ? [] : cell.outputs ?? [];
  const shown = outputs.map((output, at) => outputHtml(output, `figure-${index}-${at}`, markdown));
  if (cell.source.trim() === "" || tags.includes("hide-input")) return shown.join("\n");
  const lines = cell.source.split("\n").filter((line) => line.trim() !== "").length;
  const label = `Code, ${lines} ${lines === 1 ? "line" : "lines"}`;
  const code = `<pre tabindex="0"><code>${highlightTypeScript(cell.source)}</code></pre>`;
  return [`<details class="code"><summary>${label}</summary>${code}</details>`, ...shown].join(
    "\n",
  );
}

function outputHtml(output: PageOutput, key: string, markdown: MarkdownRenderer): string {
  if (output.output_type === "stream") return streamHtml(output);
  if (output.output_type === "error") {
    const text = `${output.ename}: ${output.evalue}`;
    return `<pre class="error" tabindex="0">${escapeHtml(text)}</pre>`;
  }
  const data = output.data ?? {};
  const png = data["image/png"] === undefined ? undefined : textOf(data["image/png"]);
  const plain = textOf(data["text/plain"]);
  if (data[PLOTLY_MIME] !== undefined) {
    const caption = plain.split("\n")[0]!;
    return pageChart(data[PLOTLY_MIME] as Figure, caption, key, png?.trim());
  }
  const html = textOf(data["text/html"]);
  if (html.includes(PLOTLY_MARK)) return ""; // The page brings plotly.js itself.
  if (html !== "") return html.includes("<table") ? scrollable(html, captionOf(html)) : html;
  if (data["text/markdown"] !== undefined) {
    return markdown.render(textOf(data["text/markdown"])).html;
  }
  if (data["text/latex"] !== undefined) {
    return markdown.renderProse(textOf(data["text/latex"])).html;
  }
  if (data["image/svg+xml"] !== undefined) return textOf(data["image/svg+xml"]);
  if (png !== undefined) {
    return `<img alt="${escapeHtml(plain)}" src="data:image/png;base64,${png.trim()}">`;
  }
  return plain === "" ? "" : `<pre tabindex="0">${escapeHtml(plainTerminal(plain))}</pre>`;
}

function streamHtml(output: PageOutput): string {
  const text = plainTerminal(textOf(output.text));
  const kind = output.name === "stderr" ? ' class="error"' : "";
  return `<pre${kind} tabindex="0">${escapeHtml(text)}</pre>`;
}

/** Drops colours, and of a line that was rewritten keeps what was left to see. */
function plainTerminal(text: string): string {
  // deno-lint-ignore no-control-regex
  const lines = text.replace(/\x1b\[[\d;]*[A-Za-z]/g, "").split("\n");
  return lines.map((line) => line.replace(/\r$/, "").split("\r").at(-1)!).join("\n");
}

function captionOf(html: string): string {
  return plainText(/<caption[^>]*>(.*?)<\/caption>/s.exec(html)?.[1] ?? "table");
}

function plainText(html: string): string {
  return html.replace(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}

function textOf(text: unknown): string {
  return Array.isArray(text) ? text.join("") : String(text ?? "");
}
