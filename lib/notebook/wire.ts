/**
 * Jupyter messages on the wire: identities, a delimiter, a signature (HMAC-SHA256 of what follows),
 * then header, parent header, metadata and content as JSON. Protocol 5.3.
 *
 * @module
 */
import { createHmac, randomUUID } from "node:crypto";
import type { JsonObject } from "./notebook_file.ts";

/** A message as it came from a kernel. */
export interface KernelMessage {
  /** Message type, for example `stream`. */
  readonly type: string;
  /** Id of the request that it answers. */
  readonly parentId: string;
  /** Content of the message. */
  readonly content: JsonObject;
}

const DELIMITER = "<IDS|MSG>";

/** Returns the frames of a request and its id. */
export function encodeRequest(
  type: string,
  content: JsonObject,
  connection: { readonly key: string; readonly session: string },
): { readonly id: string; readonly frames: readonly string[] } {
  const id = randomUUID();
  const header = {
    msg_id: id,
    session: connection.session,
    username: "heapbook",
    date: new Date().toISOString(),
    msg_type: type,
    version: "5.3",
  };
  const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
  return { id, frames: [DELIMITER, sign(parts, connection.key), ...parts] };
}

/** Returns the message in `frames`, or undefined where it is unreadable or signed by another key. */
export function decodeMessage(
  frames: readonly Uint8Array[],
  key: string,
): KernelMessage | undefined {
  const texts = frames.map((frame) => Buffer.from(frame).toString("utf8"));
  const at = texts.indexOf(DELIMITER);
  const [signature, ...parts] = texts.slice(at + 1, at + 6);
  if (at < 0 || parts.length < 4 || sign(parts, key) !== signature) return undefined;
  const [header, parent, , content] = parts.map((part) => JSON.parse(part) as JsonObject);
  return {
    type: String(header!["msg_type"]),
    parentId: String(parent!["msg_id"] ?? ""),
    content: content!,
  };
}

function sign(parts: readonly string[], key: string): string {
  return parts.reduce((hmac, part) => hmac.update(part), createHmac("sha256", key)).digest("hex");
}
