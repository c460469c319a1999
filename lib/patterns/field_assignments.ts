/**
 * Assignments to the fields of classes, wherever in their methods they stand.
 *
 * @module
 */
import type { ClassModel, FunctionModel, Project } from "./model.ts";
import type { AssignTree, Tree } from "./tree.ts";
import { walk } from "./tree.ts";

/** An assignment to a field, and where it happens. */
export interface Declared {
  readonly tree: AssignTree;
  readonly fn: FunctionModel;
}

/** Returns the assignments to `this.<name>` by class and name. */
export function collectAssignments(project: Project): Map<ClassModel, Map<string, Declared[]>> {
  const assigned = new Map<ClassModel, Map<string, Declared[]>>();
  for (const fn of project.functions) {
    const owner = fn.owner;
    if (owner === null || fn.tree === null) continue;
    const fields = assigned.get(owner) ?? new Map<string, Declared[]>();
    assigned.set(owner, fields);
    for (const part of fn.tree.body) {
      walk(part, (tree) => {
        if (tree.type === "function" || tree.type === "class") return false;
        if (tree.type !== "assign" || !/^(=|\?\?=|\|\|=)$/.test(tree.operator)) return;
        for (const target of targetsOf(tree.target)) {
          if (target.type !== "member" || target.object.type !== "this") continue;
          const list = fields.get(target.property);
          if (list === undefined) fields.set(target.property, [{ tree, fn }]);
          else list.push({ tree, fn });
        }
      });
    }
  }
  return assigned;
}

function targetsOf(target: Tree): readonly Tree[] {
  return target.type === "collection"
    ? target.entries.flatMap((entry) => targetsOf(entry.value))
    : [target];
}
