/**
 * A Markdown report whose numbers can only be cited, never typed: every value enters through
 * `cite`, which looks it up in the recorded results and remembers the line it ends up on.
 *
 * @module
 */
import { type AuditResults, type Citation, type CitationFormat } from "../audit/mod.ts";
import { renderCitation, resolvePointer } from "../audit/mod.ts";

/** A report being written, top to bottom. */
export interface ReportDocument {
  /** File name relative to the exports folder. */
  readonly file: string;
  /** The recorded results that this report speaks of. */
  readonly results: AuditResults;
  /** Returns the words for the value at `pointer`, to be put into any text of this document. */
  cite(pointer: string, format: CitationFormat, where?: Citation["where"]): string;
  /** Adds a heading of level 1 to 4. */
  heading(level: 1 | 2 | 3 | 4, text: string): void;
  /** Adds a paragraph. */
  paragraph(text: string): void;
  /** Adds a table; cells are Markdown, their pipes and line breaks are escaped. */
  table(columns: readonly string[], rows: readonly (readonly string[])[]): void;
  /** Adds a bullet list. */
  list(items: readonly string[]): void;
  /** Adds a fenced block of code. */
  code(language: string, text: string): void;
  /** Adds a picture with its text alternative; `path` is relative to the exports folder. */
  image(alt: string, path: string): void;
  /** Returns the Markdown and where each cited value stands in it. */
  render(): { readonly markdown: string; readonly citations: readonly Citation[] };
}

// Private-use characters: they cannot occur in recorded text and survive Markdown escaping.
const OPEN = "\uE000";
const CLOSE = "\uE001";
const MARKER = new RegExp(`${OPEN}(\\d+)${CLOSE}`, "g");

/** Starts the report `file` about `results`. */
export function createDocument(file: string, results: AuditResults): ReportDocument {
  const blocks: string[] = [];
  const cited: Omit<Citation, "file" | "line">[] = [];
  return {
    file,
    results,
    cite(pointer, format, where) {
      const text = renderCitation(resolvePointer(results, pointer), format, where);
      cited.push({ text, pointer, format, ...(where !== undefined && { where }) });
      return `${OPEN}${cited.length - 1}${CLOSE}`;
    },
    heading: (level, text) => void blocks.push(`${"#".repeat(level)} ${text}`),
    paragraph: (text) => void blocks.push(text),
    table: (columns, rows) => void blocks.push(tableBlock(columns, rows)),
    list: (items) => void blocks.push(items.map((item) => `- ${item}`).join("\n")),
    code: (language, text) => void blocks.push(codeBlock(language, text)),
    image: (alt, path) => void blocks.push(`![${alt}](${path})`),
    render: () => renderBlocks(file, blocks, cited),
  };
}

function tableBlock(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(columns), `|${columns.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}

/** A fence longer than any run of backticks inside, so that the block cannot be broken out of. */
function codeBlock(language: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}`;
}

function renderBlocks(
  file: string,
  blocks: readonly string[],
  cited: readonly Omit<Citation, "file" | "line">[],
): ReturnType<ReportDocument["render"]> {
  const citations: Citation[] = [];
  const lines = `${blocks.join("\n\n")}\n`.split("\n").map((text, index) =>
    text.replaceAll(MARKER, (_, id: string, at: number) => {
      const citation = cited[Number(id)] as Omit<Citation, "file" | "line">;
      citations.push({ file, line: index + 1, ...citation });
      const words = isInCode(text, at) ? citation.text : escapeMarkdown(citation.text);
      return text.startsWith("|") ? cell(words) : words;
    })
  );
  return { markdown: lines.join("\n"), citations };
}

/** A type such as `Map<K, V>` is no HTML, and `[Symbol.dispose]()` is no link. */
function escapeMarkdown(text: string): string {
  return text.replaceAll("<", "\\<").replaceAll("](", "]\\(");
}

function isInCode(line: string, at: number): boolean {
  return (line.slice(0, at).split("`").length - 1) % 2 === 1;
}
