/**
 * Reads a heap snapshot file of any size into typed arrays, byte by byte: the text is never held
 * as a whole, which `JSON.parse` would need and cannot do beyond half a gigabyte.
 *
 * @module
 */

import { closeSync, openSync, readSync } from "node:fs";

interface SnapshotHeader {
  readonly meta: {
    readonly node_fields: readonly string[];
    readonly node_types: readonly [readonly string[], ...unknown[]];
    readonly edge_fields: readonly string[];
    readonly edge_types: readonly [readonly string[], ...unknown[]];
  };
  readonly node_count: number;
  readonly edge_count: number;
}

/** A heap as a graph. Nodes and edges are numbered from 0; node 0 is the root. */
export class HeapSnapshot {
  readonly nodeCount: number;
  /** Edges of node `n` are `firstEdge[n]` … `firstEdge[n + 1] - 1`. */
  readonly firstEdge: Uint32Array;
  /** Script id, line and column of functions and instances, by node; lines and columns from 0. */
  readonly locations: ReadonlyMap<number, readonly [script: number, line: number, column: number]>;
  readonly #nodes: Uint32Array;
  readonly #edges: Uint32Array;
  readonly #strings: readonly string[];
  readonly #nodeTypes: readonly string[];
  readonly #edgeTypes: readonly string[];
  readonly #nodeFields: number;
  readonly #edgeFields: number;
  readonly #at: { type: number; name: number; id: number; size: number };
  readonly #named: readonly boolean[];

  /** Wraps the arrays of a snapshot file. */
  constructor(
    header: SnapshotHeader,
    nodes: Uint32Array,
    edges: Uint32Array,
    locations: Uint32Array,
    strings: readonly string[],
  ) {
    const fields = header.meta.node_fields;
    this.#nodes = nodes;
    this.#edges = edges;
    this.#strings = strings;
    this.#nodeTypes = header.meta.node_types[0];
    this.#edgeTypes = header.meta.edge_types[0];
    this.#nodeFields = fields.length;
    this.#edgeFields = header.meta.edge_fields.length;
    const at = (field: string): number => fields.indexOf(field);
    this.#at = { type: at("type"), name: at("name"), id: at("id"), size: at("self_size") };
    this.#named = this.#edgeTypes.map((type) => type !== "element" && type !== "hidden");
    this.nodeCount = nodes.length / fields.length;
    this.firstEdge = countEdges(nodes, fields.length, at("edge_count"));
    this.locations = readLocations(locations, fields.length);
  }

  /** Type of a node, such as `object`, `closure`, `array`. */
  type(node: number): string {
    return this.#nodeTypes[this.#field(node, this.#at.type)] ?? "";
  }

  /** Name of a node: a class, a function, the text of a string. */
  name(node: number): string {
    return this.#strings[this.#field(node, this.#at.name)] ?? "";
  }

  /** Identity of an object, the same in all snapshots of one process, rising with age at sight. */
  id(node: number): number {
    return this.#field(node, this.#at.id);
  }

  /** Own size, bytes. */
  size(node: number): number {
    return this.#field(node, this.#at.size);
  }

  /** Type of an edge, such as `property`, `element`, `context`, `internal`, `weak`. */
  edgeType(edge: number): string {
    return this.#edgeTypes[this.#edges[edge * this.#edgeFields] as number] ?? "";
  }

  /** Name of an edge, or its index as text. */
  edgeName(edge: number): string {
    const type = this.#edges[edge * this.#edgeFields] as number;
    const value = this.#edges[edge * this.#edgeFields + 1] as number;
    return this.#named[type] ? this.#strings[value] ?? "" : String(value);
  }

  /** Node an edge points at. */
  edgeTo(edge: number): number {
    return (this.#edges[edge * this.#edgeFields + 2] as number) / this.#nodeFields;
  }

  /** First node that an internal edge of this name leads to; -1 where there is none. */
  follow(node: number, name: string): number {
    const end = this.firstEdge[node + 1] as number;
    for (let edge = this.firstEdge[node] as number; edge < end; edge++) {
      if (this.edgeType(edge) === "internal" && this.edgeName(edge) === name) {
        return this.edgeTo(edge);
      }
    }
    return -1;
  }

  #field(node: number, offset: number): number {
    return this.#nodes[node * this.#nodeFields + offset] as number;
  }
}

/** Reads a snapshot file. @throws SyntaxError where it is not one, or is cut off */
export function readHeapSnapshot(path: string): HeapSnapshot {
  const file = openSync(path, "r");
  try {
    const source = new ByteSource(file, path);
    const header = readHeader(source.readUntil(`"nodes":[`));
    const nodes = source.readNumbers(header.node_count * header.meta.node_fields.length);
    source.readUntil(`"edges":[`);
    const edges = source.readNumbers(header.edge_count * header.meta.edge_fields.length);
    source.readUntil(`"locations":[`);
    const locations = source.readNumbers(1024);
    source.readUntil(`"strings":[`);
    return new HeapSnapshot(header, nodes, edges, locations, source.readStrings());
  } finally {
    closeSync(file);
  }
}

function readHeader(text: string): SnapshotHeader {
  const start = text.indexOf("{", text.indexOf(`"snapshot"`));
  return JSON.parse(text.slice(start, text.lastIndexOf("}") + 1)) as SnapshotHeader;
}

function countEdges(nodes: Uint32Array, width: number, offset: number): Uint32Array {
  const count = nodes.length / width;
  const first = new Uint32Array(count + 1);
  for (let node = 0; node < count; node++) {
    first[node + 1] = (first[node] as number) + (nodes[node * width + offset] as number);
  }
  return first;
}

function readLocations(
  flat: Uint32Array,
  nodeFields: number,
): Map<number, readonly [number, number, number]> {
  const locations = new Map<number, readonly [number, number, number]>();
  for (let k = 0; k + 3 < flat.length; k += 4) {
    const [node = 0, script = 0, line = 0, column = 0] = flat.subarray(k, k + 4);
    locations.set(node / nodeFields, [script, line, column]);
  }
  return locations;
}

const CHUNK_BYTES = 1 << 20;
const [BRACKET, ZERO, NINE] = [93, 48, 57]; // "]", "0", "9"

/** Reads a file forward, in the few shapes that a snapshot has. */
class ByteSource {
  readonly #file: number;
  readonly #path: string;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #length = 0;
  #at = 0;

  constructor(file: number, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Reads up to and including a tag, and returns the text. */
  readUntil(tag: string): string {
    const codes: number[] = [];
    const last = tag.charCodeAt(tag.length - 1);
    for (;;) {
      const code = this.#next(tag);
      codes.push(code);
      if (code === last && codes.length >= tag.length) {
        const tail = String.fromCharCode(...codes.slice(-tag.length));
        if (tail === tag) return Buffer.from(codes).toString("latin1");
      }
    }
  }

  /** Reads numbers up to the closing bracket. */
  readNumbers(expected: number): Uint32Array {
    let values: Uint32Array = new Uint32Array(expected);
    let count = 0;
    let code = this.#next("]");
    while (code !== BRACKET) {
      if (code < ZERO || code > NINE) {
        code = this.#next("]");
        continue;
      }
      let value = 0;
      while (code >= ZERO && code <= NINE) {
        value = value * 10 + code - ZERO;
        code = this.#next("]");
      }
      if (count === values.length) values = grow(values);
      values[count++] = value;
    }
    return values.subarray(0, count);
  }

  /** Reads the rest of the file as the elements of an array of strings. */
  readStrings(): string[] {
    const parts: Buffer[] = [Buffer.from(this.#chunk.subarray(this.#at, this.#length))];
    while (this.#fill()) parts.push(Buffer.from(this.#chunk.subarray(0, this.#length)));
    const text = Buffer.concat(parts).toString("utf8");
    try {
      return JSON.parse(`[${text.slice(0, text.lastIndexOf("]") + 1)}`) as string[];
    } catch (cause) {
      const message =
        `Cannot read ${this.#path} as a heap snapshot must go on to "]": the file ends`;
      throw new SyntaxError(message, { cause });
    }
  }

  #next(wanted: string): number {
    if (this.#at === this.#length && !this.#fill()) {
      throw new SyntaxError(
        `Cannot read ${this.#path} as a heap snapshot must go on to ${wanted}: the file ends`,
      );
    }
    return this.#chunk[this.#at++] as number;
  }

  #fill(): boolean {
    this.#length = readSync(this.#file, this.#chunk, 0, CHUNK_BYTES, null);
    this.#at = 0;
    return this.#length > 0;
  }
}

function grow(values: Uint32Array): Uint32Array {
  const larger = new Uint32Array(Math.max(16, values.length * 2));
  larger.set(values);
  return larger;
}
