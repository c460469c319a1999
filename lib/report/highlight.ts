/**
 * Colours TypeScript in HTML: comments, strings, numbers and keywords, no more.
 *
 * @module
 */
import { escapeHtml } from "./html.ts";

const KEYWORDS = "as async await break case catch class const continue default delete do else " +
  "export extends false finally for from function if implements import in instanceof interface let " +
  "new null of readonly return satisfies static super switch this throw true try type typeof " +
  "undefined var void while with yield";

const TOKEN = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)`,
    String.raw`(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|` + "`(?:\\\\.|[^`\\\\])*`)",
    String.raw`(?<number>\b(?:0x[\da-f]+|\d[\d_]*\.?\d*(?:e[+-]?\d+)?)\b)`,
    `(?<keyword>\\b(?:${KEYWORDS.split(" ").join("|")})\\b)`,
  ].join("|"),
  "gi",
);

/** Returns the HTML of TypeScript `code`: `span`s of class `comment`, `string`, `number`, `keyword`. */
export function highlightTypeScript(code: string): string {
  let html = "";
  let at = 0;
  for (const match of code.matchAll(TOKEN)) {
    const [name] = Object.entries(match.groups!).find(([, text]) => text !== undefined)!;
    html += escapeHtml(code.slice(at, match.index));
    html += `<span class="${name}">${escapeHtml(match[0])}</span>`;
    at = match.index + match[0].length;
  }
  return html + escapeHtml(code.slice(at));
}
