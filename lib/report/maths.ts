/**
 * Maths in prose: TeX between dollars becomes MathML, which browsers draw without scripts, fonts or
 * style sheets of ours.
 *
 * @module
 */
import type { MarkedExtension, Tokens } from "marked";
import { escapeHtml } from "./html.ts";

/** Draws a formula in a line, or on a line of its own. */
export type DrawFormula = (tex: string, isDisplay: boolean) => string;

// As Pandoc has it: no white space inside the dollars, no digit after them, so that 5 $ or 6 $ and
// $HOME stay what they are.
const INLINE = /^\$(?![\s$])((?:\\[\s\S]|[^\\$])*?[^\s\\$])\$(?![\d$])/;
const DISPLAY = /^\$\$((?:\\[\s\S]|[^\\$])+?)\$\$/;

/**
 * Returns what draws formulas: as MathML with the optional package temml, else as code.
 */
export async function loadMaths(): Promise<DrawFormula> {
  const asCode: DrawFormula = (tex) => `<code>${escapeHtml(tex)}</code>`;
  try {
    const { default: temml } = await import("temml");
    return (tex, isDisplay) => {
      try {
        return temml.renderToString(tex, { displayMode: isDisplay, throwOnError: true });
      } catch {
        return asCode(tex, isDisplay); // a formula with a slip can still be read
      }
    };
  } catch {
    return asCode;
  }
}

/** Returns the extension of marked that reads formulas while `isOn` says so. */
export function mathsExtension(draw: DrawFormula, isOn: () => boolean): MarkedExtension {
  const read = (name: string, rule: RegExp) => (source: string): Tokens.Generic | undefined => {
    const match = isOn() ? rule.exec(source) : null;
    return match === null ? undefined : { type: name, raw: match[0], text: match[1]!.trim() };
  };
  return {
    extensions: [
      {
        name: "formula",
        level: "block",
        start: (source: string) => source.match(/(?<=^|\n)\$\$/)?.index,
        tokenizer: read("formula", new RegExp(`${DISPLAY.source}[ \\t]*(?:\\n|$)`)),
        renderer: ({ text }) => displayHtml(draw(text, true)),
      },
      {
        name: "formulaInLine",
        level: "inline",
        start: (source: string) => source.match(/\$/)?.index,
        tokenizer: (source: string) => {
          const display = read("formulaInLine", DISPLAY)(source);
          return display === undefined
            ? read("formulaInLine", INLINE)(source)
            : { ...display, isDisplay: true };
        },
        renderer: ({ text, isDisplay }) => draw(text, isDisplay === true),
      },
    ],
  };
}

/** A long formula scrolls in its own box, also by keyboard. */
function displayHtml(formula: string): string {
  return `<div class="formula" tabindex="0" role="region" aria-label="formula">${formula}</div>\n`;
}
