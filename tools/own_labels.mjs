// Brings the labels of our own sources (data/reference/patterns/own_sources.json) to their text of
// today: rows move with their lines; what the rules no longer say, or say anew, is printed to be
// judged by hand. `--accept` writes lines, hashes, and the new rows, after you have judged them.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const path = `${root}data/reference/patterns/own_sources.json`;
const labels = JSON.parse(readFileSync(path, "utf8"));
const { scanSources } = await import(new URL("../lib/dist/patterns/mod.js", import.meta.url));

const rooms = [...new Set(Object.keys(labels.files).map((file) => file.replace(/[^/]+$/, "")))];
const files = rooms.flatMap((room) =>
  readdirSync(root + room).filter((name) => /(?<!_test)\.ts$/.test(name)).map((name) => room + name)
).sort();
const digestOf = (file) =>
  createHash("sha256").update(readFileSync(root + file)).digest("hex").slice(0, 16);
const { findings } = scanSources(files.map((file) => root + file), { root });
const judged = findings.filter(({ kind }) => labels.kinds.includes(kind));
const sameRow = (a, b) =>
  ["file", "kind", "class", "attribute", "bounded"].every((key) => a[key] === b[key]);

const rows = [];
const gone = labels.rows.filter(({ file }) => !existsSync(root + file));
for (const file of files) {
  const here = labels.rows.filter((row) => row.file === file);
  if (labels.files[file] === digestOf(file)) {
    rows.push(...here);
    continue;
  }
  const now = judged.filter((finding) => finding.file === file);
  for (const row of here) {
    const at = now.findIndex((finding) => sameRow(finding, row));
    if (at < 0) console.log(`no longer said: ${JSON.stringify(row)}`);
    else rows.push({ ...row, line: now.splice(at, 1)[0].line });
  }
  for (const { line, kind, class: owner, attribute, bounded, bound, text } of now) {
    console.log(`new: ${file}:${line} ${kind} ${attribute} ${bound ?? "UNBOUNDED"} :: ${text}`);
    rows.push({ file, line, kind, class: owner, attribute, bounded });
  }
}
for (const row of gone) console.log(`file is gone: ${JSON.stringify(row)}`);
console.log(`${rows.length} rows in ${files.length} files`);
if (process.argv.includes("--accept")) {
  const { provenance, rule, kinds } = labels;
  const hashes = files.map((file) => ` ${JSON.stringify(file)}: "${digestOf(file)}"`);
  const lines = rows.map((row) =>
    `  ${JSON.stringify(row).replaceAll('":', '": ').replaceAll(',"', ', "')}`
  );
  writeFileSync(
    path,
    `{\n "provenance": ${JSON.stringify(provenance)},\n "rule": ${
      JSON.stringify(rule)
    },\n "kinds": ${JSON.stringify(kinds).replaceAll(",", ", ")},\n "files": {\n ${
      hashes.join(",\n ")
    }\n },\n "rows": [\n${lines.join(",\n")}\n ]\n}\n`,
  );
}
