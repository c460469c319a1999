import assert from "node:assert/strict";
import { test } from "node:test";
import type { NotebookCell } from "./notebook_file.ts";
import { createCollector } from "./outputs.ts";
import type { KernelMessage } from "./wire.ts";
import { decodeMessage, encodeRequest } from "./wire.ts";

function cell(): NotebookCell {
  return { cell_type: "code", id: "a", metadata: {}, source: "", outputs: [] };
}

function message(type: string, content: KernelMessage["content"]): KernelMessage {
  return { type, parentId: "p", content };
}

const display = (text: string, id: string) => ({
  data: { "text/plain": text },
  transient: { display_id: id },
});

test("createCollector() updates a display wherever it was shown, also from a later cell", () => {
  const [collector, first, second] = [createCollector(), cell(), cell()];
  collector.add(first, message("display_data", display("one", "x")));
  collector.add(first, message("display_data", display("two", "x")));
  collector.add(second, message("update_display_data", display("new", "x")));
  collector.add(second, message("update_display_data", display("lost", "unknown")));
  assert.deepEqual(first.outputs!.map(({ data }) => data!["text/plain"]), ["new", "new"]);
  assert.deepEqual(second.outputs, []);
});

test("createCollector() clears at once, or with the next output", () => {
  const [collector, own] = [createCollector(), cell()];
  const say = (text: string) => collector.add(own, message("stream", { name: "stdout", text }));
  say("a");
  collector.add(own, message("clear_output", { wait: false }));
  assert.equal(own.outputs!.length, 0);
  say("b");
  collector.add(own, message("clear_output", { wait: true }));
  assert.equal(own.outputs!.length, 1);
  say("c");
  assert.deepEqual(own.outputs!.map(({ text }) => text), ["c"]);
});

test("createCollector() keeps results and errors as nbformat has them", () => {
  const [collector, own] = [createCollector(), cell()];
  const data = { "text/plain": "1" };
  collector.add(own, message("execute_result", { data, execution_count: 4 }));
  collector.add(own, message("error", { ename: "E", evalue: "v", traceback: ["t"] }));
  collector.add(own, message("status", { execution_state: "idle" }));
  assert.deepEqual(own.outputs, [
    { output_type: "execute_result", execution_count: 4, data, metadata: {} },
    { output_type: "error", ename: "E", evalue: "v", traceback: ["t"] },
  ]);
});

test("decodeMessage() reads what encodeRequest() wrote, and nothing that another key signed", () => {
  const connection = { key: "secret", session: "s" };
  const { frames } = encodeRequest("kernel_info_request", { a: "ü" }, connection);
  const bytes = ["identity", ...frames].map((frame) => Buffer.from(frame));
  assert.deepEqual(
    decodeMessage(bytes, "secret"),
    message("kernel_info_request", { a: "ü" }) && {
      type: "kernel_info_request",
      parentId: "",
      content: { a: "ü" },
    },
  );
  assert.equal(decodeMessage(bytes, "other"), undefined);
  assert.equal(decodeMessage(bytes.slice(0, 3), "secret"), undefined);
});
