import { journal } from "./journal.ts";
import type { Journal } from "./journal.ts";

export interface Part {
  id: string;
  tags: Set<string>;
  notes: string[];
}

export class Catalogue {
  readonly parts: Part[] = [];
  readonly index: { [id: string]: Part } = {};
  readonly counts: Record<"ok" | "bad", number> = { ok: 0, bad: 0 };
  readonly journal: Journal;
  private cache: Map<string, Part[]> | undefined;
  private readonly grid: Part[][] = Array.from({ length: 8 }, () => []);
  private batch: Part[] = [];

  constructor(journal: Journal, seed: readonly Part[]) {
    this.journal = journal;
    for (const part of seed) this.parts.push(part); // bounded parts
  }

  add(part: Part): void {
    const { parts, index } = this;
    parts.push(part); // grows parts
    Object.assign(index, { [part.id]: part }); // grows index
    this.counts.ok++;
    this.journal.lines.push(part.id); // grows journal.lines
    this.cache = undefined;
  }

  find(tag: string): Part[] {
    this.cache ??= new Map();
    let hit = this.cache.get(tag);
    if (!hit) {
      hit = this.parts.filter((part) => part.tags.has(tag));
      this.cache.set(tag, hit); // bounded cache
    }
    return hit;
  }

  place(part: Part): void {
    const cell = this.grid[part.id.length % 8]!;
    cell.push(part); // grows grid
  }

  stage(part: Part): void {
    this.batch.push(part); // bounded batch
    if (this.batch.length >= 20) this.flush();
  }

  flush(): readonly Part[] {
    const ready = this.batch;
    this.batch = [];
    return ready;
  }

  tag(part: Part, tag: string): void {
    part.tags.add(tag); // unsure
    journal(`tagged ${part.id}`);
  }

  clone(part: Part): Part {
    const copy: Part = { ...part, tags: new Set(part.tags), notes: [] };
    copy.notes.push("cloned");
    copy.tags.add("clone");
    return copy;
  }

  sorted(): Part[] {
    const result = [...this.parts];
    result.sort((a, b) => a.id.localeCompare(b.id));
    result.push({ id: "end", tags: new Set(), notes: [] });
    return result;
  }
}

export class Matrix {
  readonly rows: number[][] = [];
  private readonly sums = new Float64Array(4);
  private text: string[] = [];

  fill(n: number): void {
    this.rows.length = 0;
    for (let i = 0; i < n; i++) {
      const row: number[] = [];
      for (let j = 0; j < n; j++) row.push(i * j);
      this.rows.push(row); // bounded rows
    }
  }

  accumulate(i: number, value: number): void {
    this.sums[i & 3]! += value;
  }

  print(): string {
    const text = (this.text = []) as string[];
    for (const row of this.rows) text.push(row.join(" ")); // bounded text
    return text.join("\n");
  }
}

export class UrlBuilder {
  readonly #query = new URLSearchParams();
  readonly #headers = new Headers();
  set(name: string, value: string): this {
    this.#query.set(name, value);
    this.#headers.set("x-" + name, value);
    return this;
  }
}

const colours = new Map([["red", 1], ["green", 2]]);
export const colourOf = (name: string): number => colours.get(name) ?? 0;

export const settings: Record<string, string> = {};
export function configure(): void {
  settings["theme"] = "dark";
  settings.language = "en";
}
