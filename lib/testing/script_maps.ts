/**
 * Source maps of what a test runner compiled in memory: the engine knows each script's map, also
 * where no file holds it.
 *
 * @module
 */
import { Session } from "node:inspector";
import { type SourceMaps, toPath } from "../measure/mod.ts";

/** Adds the maps of all scripts of this process to a stage's result that carries source maps. */
export async function addScriptMaps(result: unknown): Promise<unknown> {
  const { sourceMaps } = result as { sourceMaps?: SourceMaps };
  if (sourceMaps === undefined) return result;
  return { ...result as object, sourceMaps: { ...await readScriptMaps(), ...sourceMaps } };
}

async function readScriptMaps(): Promise<SourceMaps> {
  const maps: Record<string, unknown> = {};
  const session = new Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params: { url, sourceMapURL } }) => {
    const path = toPath(url);
    const map = path === "" ? undefined : readInline(sourceMapURL ?? "");
    if (map !== undefined) maps[path] = map;
  });
  // Enabling it tells of every script that is there already.
  await new Promise<void>((resolve, reject) =>
    session.post("Debugger.enable", (error) => error === null ? resolve() : reject(error))
  );
  session.disconnect();
  return maps;
}

function readInline(url: string): unknown {
  const [, base64, data] = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(url) ?? [];
  if (data === undefined) return undefined;
  try {
    const text = base64 === undefined
      ? decodeURIComponent(data)
      : Buffer.from(data, "base64").toString("utf8");
    return JSON.parse(text);
  } catch {
    return undefined; // a broken map: the place in the compiled script still helps
  }
}
