/**
 * Findings that a syntax rule alone can make: weak references, finalisers, process-wide handlers.
 * The rules stand in `rules/*.yaml`; this file names the class and attribute around a match.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import type { PatternFinding } from "./finding.ts";
import { finding } from "./finding.ts";
import type { SyntaxRule } from "./idioms.ts";
import { idiomsOf } from "./idioms.ts";
import type { ClassModel, FunctionModel, SourceFile } from "./model.ts";
import type { At } from "./tree.ts";

/** Runs the syntax rules of each source's language. */
export function findBySyntax(analysis: Analysis): readonly PatternFinding[] {
  return analysis.project.sources.flatMap((source) => {
    const holds = (word: string): boolean => source.lines.some((line) => line.includes(word));
    const rules = idiomsOf(source.language).rules.filter((rule) => holds(rule.word));
    const matches = rules.flatMap((rule) => source.match(rule.rule).map((at) => ({ rule, at })));
    // Where a mistake is found, the plain fact about the same place says nothing more.
    return matches.filter(({ rule, at }) =>
      rule.bad === true ||
      !matches.some((other) =>
        other.rule.bad === true && other.rule.kind === rule.kind && other.at.start === at.start
      )
    ).map(({ rule, at }) => describe(analysis, source, rule, at));
  });
}

function describe(
  analysis: Analysis,
  source: SourceFile,
  rule: SyntaxRule,
  at: At,
): PatternFinding {
  const scope = analysis.project.modules.get(source)!;
  const line = (source.lines[at.line - 1] ?? "").trim();
  const undone = rule.removal !== undefined && isRemoved(analysis, source, rule.removal);
  const isProblem = rule.bad === true || rule.kind === "timer" && !undone;
  return finding(scope, at, {
    kind: rule.kind,
    class: classAround(analysis, scope, at)?.name ?? null,
    attribute: line.startsWith("@") ? definedBelow(source, at.line) : attributeOf(line),
    bounded: rule.kind === "timer" || rule.kind === "module_state" ? !isProblem : null,
    bound: undone ? "cancelled in this file" : null,
    growth: rule.kind === "module_state" ? "per_call" : "constant",
    severity: isProblem || rule.kind === "finaliser" ? "minor" : "none",
    note: rule.note,
  });
}

/** Name of the function that a decorator stands above. */
function definedBelow(source: SourceFile, line: number): string | null {
  const below = source.lines.slice(line, line + 6).join("\n");
  return /\bdef\s+(\w+)/.exec(below)?.[1] ?? null;
}

function isRemoved(analysis: Analysis, source: SourceFile, names: readonly string[]): boolean {
  return analysis.calls.some(({ tree, fn }) =>
    fn.source === source && tree.callee.type === "member" && names.includes(tree.callee.property)
  );
}

function classAround(analysis: Analysis, scope: FunctionModel, at: At): ClassModel | null {
  const around = analysis.project.classes.filter((model) =>
    model.source === scope.source && model.tree.at.start <= at.start && at.end <= model.tree.at.end
  );
  return around.sort((a, b) => b.tree.at.start - a.tree.at.start)[0] ?? null;
}

/** What the line gives a name to: a field, a variable, or the import itself. */
function attributeOf(line: string): string | null {
  if (/^(import|from)\b/.test(line)) return line.slice(0, 80);
  const field =
    /^(?:export\s+)?(?:static\s+|readonly\s+|private\s+|public\s+|protected\s+)*(?:self\.|this\.|const\s+|let\s+|var\s+)?(#?[A-Za-z_$][\w$]*(?:\[[^\]]*\])?)\s*(?::[^=]+)?=(?!=|>)/
      .exec(line);
  if (field !== null) return field[1]!;
  return /((?:self|this)\.)?(#?[A-Za-z_$][\w$.]*)\.(?:set|add|register|push|append)\(/.exec(line)
    ?.[2] ?? null;
}
