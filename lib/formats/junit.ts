/**
 * JUnit XML of a check, as Apache Ant's and Jenkins's schemas have it: one suite, one case per
 * target; a leak is a failure, what could not be told or run is an error.
 *
 * @module
 */
import process from "node:process";
import { type CheckedTarget, titleOf } from "./check_result.ts";
import { describeEvidence } from "./terminal.ts";

/** Returns the XML document. `timestamp` is the start of the check. */
export function renderJunit(targets: readonly CheckedTarget[], timestamp: Date): string {
  const verdicts = targets.map(({ result }) => result.verdict);
  const failures = verdicts.filter((verdict) => verdict === "leak").length;
  const errors = verdicts.filter((verdict) => verdict === "error" || verdict === "inconclusive");
  const time = targets.reduce((sum, { result }) => sum + result.seconds, 0);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite ${
    attributes({
      name: "heapbook check",
      package: "heapbook",
      id: "0",
      // The schema allows no time zone.
      timestamp: timestamp.toISOString().slice(0, 19),
      hostname: "localhost",
      tests: String(targets.length),
      failures: String(failures),
      errors: String(errors.length),
      time: time.toFixed(3),
    })
  }>
    <properties>
      <property ${attributes({ name: "node", value: process.version })}/>
    </properties>
${targets.map(renderCase).join("\n")}
    <system-out/>
    <system-err/>
  </testsuite>
</testsuites>
`;
}

function renderCase(target: CheckedTarget): string {
  const { result, module } = target;
  const open = `    <testcase ${
    attributes({
      name: titleOf(target),
      classname: module,
      time: result.seconds.toFixed(3),
    })
  }`;
  if (result.verdict === "clean") return `${open}/>`;
  const tag = result.verdict === "leak" ? "failure" : "error";
  const details = describeEvidence(target).join("\n");
  return `${open}>
      <${tag} ${attributes({ message: result.message, type: result.verdict })}>${
    escapeXml(details)
  }</${tag}>
    </testcase>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, value]) =>
    `${name}="${escapeXml(value).replaceAll("\n", "&#10;")}"`
  ).join(" ");
}

function escapeXml(text: string): string {
  // XML 1.0 has no way at all to write these characters and lone surrogates.
  // deno-lint-ignore no-control-regex
  const unwritable = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;
  return text.replace(unwritable, "\ufffd").replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
