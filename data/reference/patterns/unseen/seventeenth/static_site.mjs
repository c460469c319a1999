#!/usr/bin/env node
/** A static site generator: reads Markdown, renders pages, serves them while one writes. */

import { createServer } from "node:http";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { watch } from "node:fs";
import { basename, extname, join } from "node:path";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: { out: { type: "string", default: "dist" }, serve: { type: "boolean", default: false } },
});

const plugins = [];
const layouts = new Map();
const pages = new Map();
const builds = [];
const warnings = new Set();
const liveReload = new Set();
const hits = {};
const slugs = {};
let tagIndex = new Map();
let timings = [];

export const plugin = (transform) => {
  plugins.push(transform); // grows plugins
  return plugin;
};

function slug(title) {
  const base = title.toLowerCase().replace(/\W+/g, "-");
  slugs[base] = (slugs[base] ?? -1) + 1; // grows slugs
  return slugs[base] ? `${base}-${slugs[base]}` : base;
}

function frontMatter(text) {
  const data = {};
  const [, head = "", body = text] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  for (const line of head.split("\n")) {
    const [key, ...rest] = line.split(":");
    if (key) data[key.trim()] = rest.join(":").trim();
  }
  return { data, body };
}

function markdown(source) {
  const html = [];
  const list = [];
  const close = () => {
    if (list.length) html.push(`<ul>${list.splice(0).join("")}</ul>`);
  };
  for (const line of source.split("\n")) {
    if (line.startsWith("- ")) {
      list.push(`<li>${line.slice(2)}</li>`);
      continue;
    }
    close();
    const heading = /^(#+) (.*)/.exec(line);
    if (heading) html.push(`<h${heading[1].length} id="${slug(heading[2])}">${heading[2]}</h${heading[1].length}>`);
    else html.push(`<p>${line}</p>`);
  }
  close();
  return html.join("\n");
}

async function layout(name) {
  if (!layouts.has(name)) layouts.set(name, await readFile(join("layouts", `${name}.html`), "utf8")); // bounded layouts
  return layouts.get(name);
}

async function render(path) {
  const begun = process.hrtime.bigint();
  const { data, body } = frontMatter(await readFile(path, "utf8"));
  let html = markdown(body);
  for (const transform of plugins) html = transform(html, data);
  if (!data.title) warnings.add(`${path} at ${Date.now()}: no title`); // grows warnings
  for (const tag of (data.tags ?? "").split(/\s+/)) {
    if (!tagIndex.has(tag)) tagIndex.set(tag, []); // bounded tagIndex
    tagIndex.get(tag).push(path); // bounded tagIndex
  }
  const page = (await layout(data.layout ?? "page")).replace("{{body}}", html);
  timings.push(Number(process.hrtime.bigint() - begun)); // bounded timings
  return { path, data, page };
}

export async function build(root) {
  tagIndex = new Map();
  layouts.clear();
  const written = [];
  for (const entry of await readdir(root, { recursive: true })) {
    if (extname(entry) !== ".md") continue;
    const rendered = await render(join(root, entry));
    pages.set(entry, rendered); // unsure pages
    const target = join(options.out, `${basename(entry, ".md")}.html`);
    await mkdir(options.out, { recursive: true });
    await writeFile(target, rendered.page);
    written.push(target);
  }
  builds.push({ at: new Date(), written }); // grows builds
  const total = timings.reduce((sum, ns) => sum + ns, 0);
  timings = [];
  console.log(`${written.length} pages in ${total / 1e6} ms`);
  return written;
}

function debounce(action, ms) {
  let timer;
  const pending = new Set();
  return (file) => {
    pending.add(file); // bounded pending
    clearTimeout(timer);
    timer = setTimeout(() => {
      const files = [...pending];
      pending.clear();
      void action(files);
    }, ms);
  };
}

export function serve(root, port = 8080) {
  const rebuild = debounce(async (files) => {
    await build(root);
    for (const response of liveReload) response.write(`data: ${files.join()}\n\n`);
  }, 100);
  watch(root, { recursive: true }, (_, file) => rebuild(file)); // unsure watch
  createServer(async (request, response) => {
    hits[request.url] = (hits[request.url] ?? 0) + 1; // grows hits
    if (request.url === "/__reload") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      liveReload.add(response); // bounded liveReload
      request.on("close", () => liveReload.delete(response));
      const beat = setInterval(() => response.write(":\n\n"), 15_000); // grows beat
      beat.unref();
      return;
    }
    const chunks = [];
    chunks.push(await readFile(join(options.out, request.url)).catch(() => "not found"));
    response.end(chunks.join(""));
  }).listen(port);
}

if (options.serve) serve("content");
else await build("content");
