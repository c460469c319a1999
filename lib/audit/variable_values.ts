/**
 * What the variables of a file are given: for each name the values, with the function in which each
 * is known. Read once a file, since asking the tree each time would take its square.
 *
 * @module
 */

import type { SgNode } from "@ast-grep/napi";
import { descendants, FUNCTIONS } from "./syntax_nodes.ts";

/** A value and the part of the text in which the variable that it is given to has it. */
interface Given {
  readonly value: SgNode;
  readonly from: number;
  readonly to: number;
}

/** The values of a file's variables. */
export class VariableValues {
  readonly #given = new Map<string, Given[]>();

  /** Reads the tree of a file. */
  constructor(root: SgNode) {
    for (const node of descendants(root)) {
      const [name, value] = givenAt(node);
      if (name?.kind() !== "identifier" || value === null) continue;
      const { start, end } = (functionAround(node) ?? root).range();
      const given = { value, from: start.index, to: end.index };
      this.#given.set(name.text(), [...this.#given.get(name.text()) ?? [], given]);
    }
  }

  /** Returns the values that the variable at a node may have there. */
  of(variable: SgNode): SgNode[] {
    const at = variable.range().start.index;
    const given = this.#given.get(variable.text()) ?? [];
    return given.filter(({ from, to }) => from <= at && at < to).map(({ value }) => value);
  }
}

function givenAt(node: SgNode): [name: SgNode | null, value: SgNode | null] {
  if (node.kind() === "variable_declarator") return [node.field("name"), node.field("value")];
  if (node.kind() === "assignment_expression") return [node.field("left"), node.field("right")];
  return [null, null];
}

function functionAround(node: SgNode): SgNode | null {
  let at = node.parent();
  while (at !== null && !FUNCTIONS.has(String(at.kind()))) at = at.parent();
  return at;
}
