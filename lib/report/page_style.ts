/**
 * The style of a published page: light and dark as the reader's system says, one column that fits a
 * phone, tables that scroll in their own box, a visible focus for the keyboard.
 *
 * @module
 */
import { type Palette, palettes } from "./theme.ts";

/** Colours of code and of surfaces, per mode; text has at least 4.5 : 1 on `surface` too. */
const EXTRA = {
  light: {
    surface: "#f4f6f8",
    comment: "#57606a",
    string: "#0a5c36",
    number: "#8a3b00",
    keyword: "#7a1fa2",
    clean: "#05603a",
    leak: "#a33600",
    unsure: "#6b5900",
  },
  dark: {
    surface: "#1d2329",
    comment: "#a2adb9",
    string: "#8ddb9c",
    number: "#ffb77c",
    keyword: "#d9a8ff",
    clean: "#6fdcae",
    leak: "#ff9d66",
    unsure: "#e0cc5a",
  },
} as const;

/** Returns the style sheet of every published page. */
export function pageStyle(): string {
  return `:root { color-scheme: light dark; ${variables("light")} }
@media (prefers-color-scheme: dark) { :root { ${variables("dark")} } }
@media print { :root { ${variables("light")} } }
${RULES}`;
}

function variables(mode: "light" | "dark"): string {
  const colours: Palette = palettes[mode];
  return Object.entries({ ...colours, ...EXTRA[mode] })
    .map(([name, value]) => `--${name}: ${value};`).join(" ");
}

const RULES = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0 auto; padding: 1rem 1rem 4rem; max-width: 66rem;
  background: var(--background); color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: break-word;
}
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--background); padding: .5rem; z-index: 9; }
header nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .9375rem; }
header nav a { padding: .25rem 0; }
h1 { font-size: clamp(1.5rem, 1.1rem + 2vw, 2.125rem); line-height: 1.25; margin: 1.25rem 0 .75rem; }
h2 { font-size: 1.375rem; line-height: 1.3; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1.125rem; margin: 1.75rem 0 .25rem; }
p, ul, ol { max-width: 46rem; }
img, svg { max-width: 100%; height: auto; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding: .25rem 0 .5rem; }
th, td { padding: .375rem .625rem; border-bottom: 1px solid var(--grid); text-align: left; }
caption span { display: inline-block; position: sticky; left: 0; max-width: calc(100vw - 2rem); }
th, td { overflow-wrap: normal; }
td.quantity { text-align: right; white-space: nowrap; }
th { border-bottom: 2px solid var(--muted); vertical-align: bottom; }
tbody tr:nth-child(even) { background: var(--surface); }
code, pre { font: .875rem/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
:not(pre) > code { background: var(--surface); padding: .1em .3em; border-radius: 4px; }
pre { overflow-x: auto; background: var(--surface); padding: .75rem 1rem; border-radius: 6px; margin: .5rem 0; }
details.code { margin: .75rem 0; }
details.code > summary { cursor: pointer; color: var(--muted); font-size: .875rem; padding: .25rem 0; }
.comment { color: var(--comment); } .string { color: var(--string); }
.number { color: var(--number); } .keyword { color: var(--keyword); }
figure.chart { margin: 1.5rem 0; }
figure.chart .plot { width: 100%; }
figcaption { margin-top: .5rem; color: var(--muted); font-size: .9375rem; max-width: 46rem; }
math { font-size: 1.1em; }
.formula { overflow-x: auto; overflow-y: hidden; padding: .25rem 0; margin: 1rem 0; max-width: 46rem; }
.error { border-left: 4px solid var(--leak); }
.answer { font-size: 1.25rem; }
.verdict { font-weight: 600; white-space: nowrap; }
.verdict-clean, .verdict-yes { color: var(--clean); }
.verdict-leak, .verdict-no { color: var(--leak); }
.verdict-inconclusive, .verdict-error, .verdict-not-established { color: var(--unsure); }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--grid); color: var(--muted); font-size: .875rem; }
ul.cards { list-style: none; padding: 0; display: grid; gap: .75rem; max-width: none;
  grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); }
ul.cards li { background: var(--surface); border-radius: 8px; padding: .75rem 1rem; }
ul.cards a { font-weight: 600; }
@media (max-width: 30rem) { th, td { padding: .3rem .5rem; } }
@media print { details.code { display: none; } body { max-width: none; } }
`;
