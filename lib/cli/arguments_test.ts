import assert from "node:assert/strict";
import { test } from "node:test";
import { type CommandSpec, HelpRequested, parseArguments, UsageError } from "./arguments.ts";
import { renderCommandHelp } from "./help.ts";

const spec: CommandSpec = {
  name: "weigh",
  summary: "Weigh a module",
  positionals: { name: "MODULE", description: "What to weigh", minimum: 1, maximum: 2 },
  options: {
    cycles: { kind: "integer", value: "N", minimum: 1, maximum: 100, description: "How often" },
    growth: { kind: "size", value: "SIZE", description: "How much" },
    format: { kind: "text", choices: ["text", "json"], description: "How it looks" },
    target: { kind: "text", value: "NAME", multiple: true, description: "Which" },
    json: { kind: "flag", short: "j", description: "Print JSON" },
  },
  examples: ["heapbook weigh a.ts --cycles 3"],
};

test("parseArguments() reads flags, texts, numbers, sizes and words in any order", async () => {
  const given = await parseArguments(
    ["a.ts", "--cycles=5", "-j", "--target", "x", "b.ts", "--target", "y", "--growth", "5MB"],
    spec,
  );
  assert.deepEqual(given.positionals, ["a.ts", "b.ts"]);
  assert.equal(given.number("cycles"), 5);
  assert.equal(given.flag("json"), true);
  assert.deepEqual(given.texts("target"), ["x", "y"]);
  assert.equal(given.number("growth"), 5e6);
  assert.equal(given.text("format"), undefined);
});

test("parseArguments() reads 16B, 64KB, 1.5gb and plain bytes as sizes", async () => {
  const sizes = { "16B": 16, "64KB": 64e3, "1.5gb": 1.5e9, "12": 12 };
  for (const [text, bytes] of Object.entries(sizes)) {
    const given = await parseArguments(["a.ts", "--growth", text], spec);
    assert.equal(given.number("growth"), bytes);
  }
});

const MISTAKES: readonly (readonly [readonly string[], RegExp])[] = [
  [["a", "--cycle", "5"], /Cannot read --cycle .*did you mean --cycles\?/],
  [["a", "-x"], /Cannot read -x as there is no such option/],
  [["a", "--cycles", "many"], /--cycles as it must be a whole number: current value is "many"/],
  [["a", "--cycles", "1.5"], /a whole number/],
  [["a", "--cycles", ""], /a whole number/],
  [["a", "--cycles", "0"], /must be ≥ 1: current value is "0"/],
  [["a", "--cycles", "101"], /must be ≤ 100/],
  [["a", "--cycles"], /--cycles without a value: it needs N/],
  [["a", "--cycles", "--json"], /--cycles without a value/],
  [["a", "--cycles", "1", "--cycles", "2"], /--cycles 2 times/],
  [["a", "--growth", "5 apples"], /a size such as/],
  [["a", "--format", "xml"], /must be one of text, json/],
  [["a", "--json=yes"], /it is a switch/],
  [[], /needs a MODULE/],
  [["a", "b", "c"], /Cannot use "c" as it takes at most 2 MODULE/],
];

for (const [argv, message] of MISTAKES) {
  test(`parseArguments() answers [${argv.join(" ")}] with what would be right`, async () => {
    await assert.rejects(parseArguments(argv, spec), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      assert.match(error.message, /see heapbook weigh --help$/);
      return true;
    });
  });
}

test("parseArguments() hands over to the help, also beside mistakes", async () => {
  await assert.rejects(parseArguments(["--help", "--wrong"], spec), HelpRequested);
});

test("renderCommandHelp() shows every option, its range and an example within 80 columns", () => {
  const text = renderCommandHelp(spec);
  for (
    const part of ["MODULE…", "--cycles N", "(1 … 100)", "-j, --json", "text, json", "Example:"]
  ) {
    assert.ok(text.includes(part), part);
  }
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
});
