/** Clinical trials: sites, subjects, randomisation, adverse events, data queries. */

import { EventEmitter, once } from "node:events";
import { appendFile } from "node:fs/promises";

export const ARMS = ["placebo", "low", "high"] as const;
export type Arm = (typeof ARMS)[number];

interface Visit {
  subject: string;
  day: number;
  values: Record<string, number>;
}

interface TrialEvents {
  enrolled: [subject: string];
  adverse: [subject: string, grade: number];
  locked: [];
}

export class TrialError extends Error {
  static readonly seen: TrialError[] = [];
  readonly path: string[] = [];

  constructor(message: string, readonly site: string) {
    super(message);
    TrialError.seen.push(this); // grows seen
  }

  within(part: string): this {
    this.path.unshift(part); // unsure path
    return this;
  }
}

/** Permuted blocks: refilled when empty. */
class Randomiser {
  private block: Arm[] = [];
  private readonly allocations: Arm[] = [];
  private readonly strata = new Map<string, Record<Arm, number>>();
  private readonly perArm = { placebo: 0, low: 0, high: 0 };

  next(stratum: string): Arm {
    if (this.block.length === 0) {
      for (const arm of ARMS) this.block.push(arm, arm); // bounded block
      this.block.sort(() => Math.random() - 0.5);
    }
    const arm = this.block.pop()!;
    this.allocations.push(arm); // grows allocations
    const counts = this.strata.get(stratum) ?? { placebo: 0, low: 0, high: 0 };
    counts[arm]++;
    this.perArm[arm] += 1;
    this.strata.set(stratum, counts); // bounded strata
    return arm;
  }
}

class SubjectLog {
  private head: { visit: Visit; older: unknown } | null = null;
  private readonly visits: Visit[] = [];
  private readonly missing: Set<number> = new Set();
  private readonly reminders: number[] = [];
  readonly weights = new Float64Array(64);
  private measured = 0;

  add(visit: Visit) {
    this.head = { visit, older: this.head }; // grows head
    this.visits.push(visit); // grows visits
    this.missing.delete(visit.day);
    this.weights[this.measured++ & 63] = visit.values["weight"] ?? 0;
  }

  expect(day: number) {
    this.missing.add(day); // bounded missing
    this.reminders.push(day - 1); // bounded reminders
    this.reminders.sort((a, b) => a - b);
  }

  due(today: number): number[] {
    const at = this.reminders.findIndex((day) => day > today);
    return this.reminders.splice(0, at < 0 ? this.reminders.length : at);
  }
}

export class Site {
  readonly subjects = new Map<string, SubjectLog>();
  private readonly screened: string[] = [];
  private readonly freezers: Record<string, string[]> = {};
  private readonly deviations: { [subject: string]: string[] } = {};
  private temperatures: number[] = [];
  private openQueries: { id: number; text: string }[] = [];
  private answered: number[] = [];
  private lastId = 0;

  constructor(readonly code: string) {}

  screen(initials: string): boolean {
    this.screened.push(initials); // grows screened
    return initials.length === 3;
  }

  subject(id: string): SubjectLog {
    const known = this.subjects.get(id);
    if (known) return known;
    const log = new SubjectLog();
    this.subjects.set(id, log); // bounded subjects
    return log;
  }

  withdraw(id: string) {
    this.subjects.delete(id);
    delete this.deviations[id];
  }

  store(freezer: string, sample: string) {
    const shelf = this.freezers[freezer] || (this.freezers[freezer] = []); // grows freezers
    shelf.push(sample); // bounded freezers
    if (shelf.length > 81) throw new TrialError("freezer full", this.code);
  }

  ship(freezer: string): string[] {
    const shelf = this.freezers[freezer] ?? [];
    this.freezers[freezer] = []; // unsure freezers
    return shelf;
  }

  deviate(subject: string, what: string) {
    const list = this.deviations[subject] ?? [];
    this.deviations[subject] = [...list, what]; // bounded deviations
  }

  temperature(celsius: number) {
    this.temperatures = [celsius].concat(this.temperatures); // bounded temperatures
    if (this.temperatures.length > 288) this.temperatures.pop();
  }

  query(text: string) {
    this.openQueries.push({ id: ++this.lastId, text }); // bounded openQueries
    return this.lastId;
  }

  answer(id: number) {
    const rest = this.openQueries.filter((query) => query.id !== id);
    if (rest.length < this.openQueries.length) this.answered.push(id); // grows answered
    this.openQueries = rest;
  }
}

export class Trial extends EventEmitter<TrialEvents> {
  private readonly sites: Map<string, Site> = new Map();
  private readonly randomiser = new Randomiser();
  private readonly arms = new Map<string, Arm>();
  private readonly grades: number[] = [0, 0, 0, 0, 0];
  private readonly journal: string[] = [];
  private readonly watchers = new Map<string, () => void>();
  private readonly signatures: { who: string; at: number }[] = [];
  private pendingLines: string[] = [];
  private boundary: number[] = [];
  private interim: Promise<unknown>[] = [];

  constructor(readonly name: string, codes: readonly string[], private readonly file: string) {
    super();
    for (const code of codes) this.sites.set(code, new Site(code)); // bounded sites
    this.on("adverse", (subject, grade) => this.note(`${subject} had an event of grade ${grade}`)); // unsure adverse
    process.once("SIGTERM", () => void this.save());
    process.on("beforeExit", () => void this.save()); // grows beforeExit
  }

  enrol(code: string, subject: string): Arm {
    const site = this.sites.get(code);
    if (!site) throw new TrialError(`no site ${code}`, code);
    site.subject(subject);
    const arm = this.randomiser.next(code);
    this.arms.set(subject, arm); // grows arms
    this.emit("enrolled", subject);
    return arm;
  }

  adverse(subject: string, grade: 1 | 2 | 3 | 4 | 5) {
    this.grades[grade - 1]!++;
    if (grade >= 3) this.boundary = this.boundary.concat(Date.now()); // grows boundary
    this.emit("adverse", subject, grade);
  }

  watch(subject: string, callback: () => void): () => void {
    const listener = (who: string) => who === subject && callback();
    this.on("adverse", listener); // bounded adverse
    const stop = () => {
      this.off("adverse", listener);
      this.watchers.delete(subject);
    };
    this.watchers.set(subject, stop); // bounded watchers
    return stop;
  }

  alertOn(limit: number, phone: { call(text: string): void }) {
    this.on("adverse", (subject, grade) => { // grows adverse
      if (grade >= limit) phone.call(subject);
    });
  }

  sign(who: string) {
    const { signatures } = this;
    signatures.push({ who, at: Date.now() }); // grows signatures
  }

  private note(line: string) {
    this.journal.push(line); // grows journal
    this.pendingLines.push(line); // bounded pendingLines
  }

  async save() {
    const lines = this.pendingLines;
    this.pendingLines = [];
    try {
      await appendFile(this.file, lines.join("\n"));
    } catch {
      this.pendingLines = lines.concat(this.pendingLines); // bounded pendingLines
    }
  }

  analyse(run: () => Promise<number>) {
    this.interim.push(run()); // grows interim
    return Promise.race(this.interim);
  }

  async locked() {
    await once(this, "locked");
    return this.journal.slice();
  }
}

const cache = new Map<string, WeakRef<Trial>>();
const registry = new FinalizationRegistry<string>((name) => {
  if (!cache.get(name)?.deref()) cache.delete(name);
});

export function openTrial(name: string, codes: string[]): Trial {
  const open = cache.get(name)?.deref();
  if (open) return open;
  const trial = new Trial(name, codes, `${name}.log`);
  cache.set(name, new WeakRef(trial)); // bounded cache
  registry.register(trial, name);
  return trial;
}
