/**
 * Publishes a run as a static site that works from a folder, without a server or a network: the
 * index, the notebooks' pages, the reports with their pictures, the results as JSON, and plotly.js
 * once for all of them.
 *
 * @module
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { AuditResults } from "../audit/mod.ts";
import { type PageLink, withLinks, withSharedLibrary } from "./page.ts";
import { plotlyPath, plotlyVersion } from "./plotly.ts";
import { publishMarkdown } from "./publish_html.ts";
import { type SiteEntry, siteIndex } from "./site_index.ts";

const HOME: PageLink = { href: "../index.html", text: "Audit overview" };

/**
 * Writes `site/` in the folder of exports, from what stands there: `NN_name.html` (published
 * notebooks), `*.md` (reports) and the pictures they name. The old site is replaced whole.
 *
 * @returns the path of the index.
 * @throws {Error} where the folder cannot be written.
 */
export async function writeSite(results: AuditResults, exportsFolder: string): Promise<string> {
  const site = join(exportsFolder, "site");
  const part = `${site}.part`;
  rmSync(part, { recursive: true, force: true });
  try {
    const entries = [
      ...copyNotebooks(exportsFolder, part),
      ...await writeReports(exportsFolder, part),
    ];
    put(part, "audit.json", `${JSON.stringify(results, null, 1)}\n`);
    // The API reference is written by a command of its own, and stays.
    const hasReference = keepReference(site, part);
    const data = {
      href: "audit.json",
      text: "All results",
      about: "Every recorded value, as JSON",
    };
    const more = hasReference ? [data, REFERENCE] : [data];
    const index = siteIndex(results, [...entries, ...more]);
    put(part, "index.html", withSharedLibrary(index, libraryPath("")));
    // One file for all pages: it is larger than all that they say.
    put(part, libraryPath(""), readFileSync(plotlyPath(), "utf8"));
    rmSync(site, { recursive: true, force: true });
    renameSync(part, site);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw new Error(`Cannot write ${site}: ${(error as Error).message}`);
  }
  return join(site, "index.html");
}

const REFERENCE: SiteEntry = {
  href: "api/index.html",
  text: "API reference",
  about: "Every export, from its docstring",
};

function keepReference(from: string, to: string): boolean {
  if (!existsSync(join(from, REFERENCE.href))) return false;
  renameSync(join(from, "api"), join(to, "api"));
  return true;
}

function libraryPath(home: string): string {
  return `${home}assets/plotly-cartesian-${plotlyVersion()}.min.js`;
}

function copyNotebooks(from: string, to: string): readonly SiteEntry[] {
  return namesIn(from, /^\d+_\w+\.html$/).map((name) => {
    const html = readFileSync(join(from, name), "utf8");
    const shared = withSharedLibrary(withLinks(html, [HOME]), libraryPath("../"));
    put(to, join("notebooks", name), relinked(shared, "notebooks"));
    const title = /<title>(.*?)<\/title>/s.exec(html)?.[1] ?? name;
    return {
      href: `notebooks/${name}`,
      text: unescape(title),
      about: "Notebook with code and charts",
    };
  });
}

async function writeReports(from: string, to: string): Promise<readonly SiteEntry[]> {
  const entries: SiteEntry[] = [];
  for (const name of namesIn(from, /\.md$/)) {
    const markdown = readFileSync(join(from, name), "utf8");
    const page = name.replace(/\.md$/, ".html");
    const options = { title: name, links: [HOME], pictures: from };
    put(to, join("reports", page), relinked(await publishMarkdown(markdown, options), "reports"));
    const text = /^# (.+)$/m.exec(markdown)?.[1] ?? name;
    entries.push({ href: `reports/${page}`, text, about: "Report, every number cited" });
  }
  return entries;
}

/** Links between neighbours in the exports folder, as they are between the folders of the site. */
function relinked(html: string, folder: "notebooks" | "reports"): string {
  const to = (other: string) => other === folder ? "" : `../${other}/`;
  return html.replace(
    / href="(?:\.\/)?([\w.-]+?)\.(md|html|ipynb|json)(#[^"]*)?"/g,
    (_, name: string, kind: string, hash = "") => {
      if (kind === "json") return ` href="../${name}.json${hash}"`;
      const place = kind === "md" ? "reports" : "notebooks";
      return ` href="${to(place)}${name}.html${hash}"`;
    },
  );
}

function namesIn(folder: string, pattern: RegExp): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => pattern.test(name)).sort();
}

function put(folder: string, name: string, content: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function unescape(html: string): string {
  return html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
