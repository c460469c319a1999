// What `node --test` tells, in short: each failure in full, the skipped by name, one line per file
// that took long, and the counts for tools/test.mjs in the file that HEAPBOOK_TEST_COUNTS names.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import process from "node:process";
import { inspect } from "node:util";

const SLOW = 10; // s: worth a line of its own

export default async function* report(events) {
  const counts = { passed: 0, failed: 0, skipped: [], seconds: {} };
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const file = data.file === undefined ? "" : relative(process.cwd(), data.file);
    if (data.nesting === 0) {
      counts.seconds[file] = (counts.seconds[file] ?? 0) + data.details.duration_ms / 1000;
    }
    if (data.details.type === "suite") continue;
    const reason = data.skip ?? data.todo;
    if (reason !== undefined) {
      counts.skipped.push(`${data.name}${typeof reason === "string" ? `: ${reason}` : ""}`);
    } else if (type === "test:pass") counts.passed++;
    else if (!isOnlyAboutSubtests(data.details.error)) {
      counts.failed++;
      yield `\nFAILED ${file}: ${data.name}\n${describe(data.details.error)}\n`;
    }
  }
  for (const [file, seconds] of Object.entries(counts.seconds)) {
    if (seconds >= SLOW) yield `  ${seconds.toFixed(0).padStart(4)} s  ${file}\n`;
  }
  if (process.env.HEAPBOOK_TEST_COUNTS !== undefined) {
    writeFileSync(process.env.HEAPBOOK_TEST_COUNTS, JSON.stringify(counts));
  }
}

/** A test whose subtests failed is not a failure of its own. */
function isOnlyAboutSubtests(error) {
  return error?.failureType === "subtestsFailed";
}

function describe(error) {
  const cause = error?.cause ?? error;
  return typeof cause === "object" ? inspect(cause, { colors: false }) : String(cause);
}
