/**
 * Folds a kernel's messages into the outputs of cells, as nbformat keeps them: streams are merged,
 * live displays keep their last state, wherever the update came from.
 *
 * @module
 */
import { type CellOutput, joined, type JsonObject, type NotebookCell } from "./notebook_file.ts";
import { PROGRESS_MIME } from "./progress.ts";
import type { KernelMessage } from "./wire.ts";

/** Collects the outputs of one notebook run. */
export interface OutputCollector {
  /** Folds `message` into `cell`. */
  readonly add: (cell: NotebookCell, message: KernelMessage) => void;
}

/** Returns a collector; display ids are known across cells. */
export function createCollector(): OutputCollector {
  const displays = new Map<string, CellOutput[]>();
  const clearsNext = new WeakSet<NotebookCell>();
  return {
    add: (cell, { type, content }) => {
      const outputs = (cell.outputs ??= []);
      if (type === "clear_output") {
        // "wait" clears when the next output comes, so that a live picture does not flicker.
        if (content["wait"] === true) clearsNext.add(cell);
        else outputs.length = 0;
        return;
      }
      const displayId = (content["transient"] as JsonObject | undefined)?.["display_id"];
      const shown = displayId === undefined ? undefined : String(displayId);
      if (type === "update_display_data") {
        for (const output of displays.get(shown ?? "") ?? []) Object.assign(output, rich(content));
        return;
      }
      const output = outputOf(type, content);
      if (output === undefined) return;
      if (clearsNext.delete(cell)) outputs.length = 0;
      if (output.output_type === "stream") return addStream(outputs, output);
      outputs.push(output);
      if (shown !== undefined) displays.set(shown, [...(displays.get(shown) ?? []), output]);
    },
  };
}

/** Returns the text that a cell wrote to one of its streams. */
export function streamText(cell: NotebookCell, name: "stdout" | "stderr"): string {
  return (cell.outputs ?? []).filter((output) => output.name === name)
    .map((output) => joined(output.text)).join("");
}

function addStream(outputs: CellOutput[], output: CellOutput): void {
  const last = outputs.at(-1);
  if (last?.output_type === "stream" && last.name === output.name) {
    last.text = joined(last.text) + joined(output.text);
  } else outputs.push(output);
}

function outputOf(type: string, content: JsonObject): CellOutput | undefined {
  switch (type) {
    case "stream":
      return {
        output_type: "stream",
        name: String(content["name"]),
        text: String(content["text"]),
      };
    case "display_data":
      return { output_type: "display_data", ...rich(content) };
    case "execute_result": {
      const count = (content["execution_count"] ?? null) as number | null;
      return { output_type: "execute_result", execution_count: count, ...rich(content) };
    }
    case "error":
      return {
        output_type: "error",
        ename: String(content["ename"]),
        evalue: String(content["evalue"]),
        traceback: (content["traceback"] ?? []) as string[],
      };
    default:
      return undefined;
  }
}

function rich(content: JsonObject): { data: JsonObject; metadata: JsonObject } {
  // What the bars tell a runner is of no use to a reader.
  const { [PROGRESS_MIME]: _, ...data } = (content["data"] ?? {}) as JsonObject;
  return { data, metadata: (content["metadata"] ?? {}) as JsonObject };
}
