/** A shared whiteboard: strokes, undo, cursors, comments, plugins, export. */

import { Observable, ReplaySubject, Subject, fromEvent, merge } from "rxjs";
import { shareReplay, takeUntil, throttleTime, toArray } from "rxjs/operators";
import { signal, effect, computed } from "./signals.ts";

export type Point = { x: number; y: number; pressure?: number };

export interface Stroke {
  id: string;
  author: string;
  points: Point[];
}

export interface Command {
  apply(board: Board): void;
  revert(board: Board): void;
}

export interface Plugin {
  name: string;
  install(board: Board): void | (() => void);
}

const palette: string[] = ["#000", "#f00"];
const glyphs: Record<string, Path2D> = {};
const clipboard: { current: Stroke[] } = { current: [] };
const boards = new Map<string, Board>();
let telemetry: ReadonlyArray<readonly [string, number]> = [];

function measure(label: string) {
  telemetry = [...telemetry, [label, performance.now()] as const]; // grows telemetry
}

function debounce<A extends unknown[]>(run: (...args: A) => void, ms: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const collected: A[] = [];
  return (...args: A) => {
    collected.push(args); // bounded collected
    clearTimeout(timer);
    timer = setTimeout(() => {
      const last = collected.at(-1)!;
      collected.splice(0);
      run(...last);
    }, ms);
  };
}

function memo<A, R>(compute: (input: A) => R) {
  const results = new Map<A, R>();
  return (input: A) => {
    if (results.has(input)) return results.get(input)!;
    const result = compute(input);
    results.set(input, result); // grows results
    return result;
  };
}

const simplify = memo((stroke: Stroke) => stroke.points.filter((_, i) => i % 2 === 0));

export function glyph(letter: string): Path2D {
  if (!(letter in glyphs)) glyphs[letter] = new Path2D(letter); // grows glyphs
  return glyphs[letter]!;
}

class History {
  private done: Command[] = [];
  private undone: Command[] = [];
  private readonly checkpoints: number[] = [];
  private readonly marks = new Map<string, Command[]>();

  constructor(private readonly board: Board, private readonly limit = Infinity) {}

  run(command: Command) {
    command.apply(this.board);
    this.done.push(command); // grows done
    this.undone = [];
  }

  undo() {
    const command = this.done.pop();
    if (!command) return;
    command.revert(this.board);
    this.undone.push(command); // bounded undone
  }

  redo() {
    const command = this.undone.pop();
    if (command) {
      command.apply(this.board);
      this.done.push(command); // unsure done
    }
  }

  checkpoint() {
    this.checkpoints.push(this.done.length); // bounded checkpoints
    if (this.checkpoints.length > 20) this.checkpoints.shift();
  }

  mark(name: string) {
    this.marks.set(name, this.done.slice()); // grows marks
  }
}

class Cursors {
  private readonly positions = new Map<string, Point & { at: number }>();
  private readonly trails: Record<string, Point[]> = {};
  private readonly colours = new Map<string, string>();

  move(user: string, point: Point) {
    this.positions.set(user, { ...point, at: Date.now() }); // bounded positions
    const trail = (this.trails[user] ??= []); // grows trails
    trail.push(point); // bounded trails
    while (trail.length > 30) trail.shift();
    if (!this.colours.has(user)) {
      this.colours.set(user, palette[this.colours.size % palette.length]!); // grows colours
    }
  }

  prune() {
    const limit = Date.now() - 10_000;
    this.positions.forEach((position, user) => {
      if (position.at < limit) this.positions.delete(user);
    });
  }
}

class Comments {
  private readonly threads = new Map<string, { text: string; replies: string[] }>();
  private readonly mentions: { [user: string]: string[] } = {};
  private readonly resolved: string[] = [];

  open(id: string, text: string) {
    this.threads.set(id, { text, replies: [] }); // bounded threads
    for (const [, user] of text.matchAll(/@(\w+)/g)) {
      const list = this.mentions[user!] ?? [];
      list.push(id); // grows mentions
      this.mentions[user!] = list; // grows mentions
    }
  }

  reply(id: string, text: string) {
    this.threads.get(id)?.replies.push(text); // bounded replies
  }

  resolve(id: string) {
    if (this.threads.delete(id)) this.resolved.push(id); // grows resolved
  }
}

export class Board {
  readonly strokes = new Map<string, Stroke>();
  readonly history = new History(this);
  readonly cursors = new Cursors();
  readonly comments = new Comments();
  readonly pointer$ = new Subject<Point>();
  readonly edits$ = new ReplaySubject<Stroke>();
  readonly recent$ = new ReplaySubject<Stroke>(20);
  private readonly destroyed$ = new Subject<void>();
  private readonly teardown: (() => void)[] = [];
  private readonly plugins = new Map<string, Plugin>();
  private readonly exports: string[] = [];
  private readonly layers: Stroke[][] = [[]];
  private readonly selection = signal<Stroke[]>([]);
  private readonly zoomLevels: number[] = [];
  private readonly save = debounce((id: string) => localStorage.setItem(this.name, id), 500);
  private active?: Stroke;

  constructor(readonly name: string, private readonly canvas: HTMLCanvasElement) {
    boards.set(name, this); // bounded boards
    const moves$ = fromEvent<PointerEvent>(canvas, "pointermove").pipe(throttleTime(16));
    moves$.pipe(takeUntil(this.destroyed$)).subscribe(({ x, y }) => this.draw({ x, y })); // bounded moves$
    fromEvent<KeyboardEvent>(document, "keydown").subscribe(({ key }) => { // grows keydown
      if (key === "z") this.history.undo();
    });
    const onResize = () => this.render();
    window.addEventListener("resize", onResize); // bounded resize
    this.teardown.push(() => window.removeEventListener("resize", onResize)); // bounded teardown
    window.addEventListener("beforeunload", () => this.save(this.name)); // grows beforeunload
    const timer = setInterval(() => this.cursors.prune(), 5000); // bounded timer
    this.teardown.push(() => clearInterval(timer)); // bounded teardown
    effect(() => this.highlight(this.selection()));
  }

  use(plugin: Plugin) {
    this.plugins.set(plugin.name, plugin); // grows plugins
    const remove = plugin.install(this);
    if (remove) this.teardown.push(remove); // bounded teardown
    return this;
  }

  down(author: string, point: Point) {
    this.active = { id: crypto.randomUUID(), author, points: [point] };
  }

  private draw(point: Point) {
    this.pointer$.next(point);
    this.active?.points.push(point); // bounded points
  }

  up() {
    const stroke = this.active;
    if (!stroke) return;
    this.active = undefined;
    this.history.run({
      apply: (board) => void board.strokes.set(stroke.id, stroke), // bounded strokes
      revert: (board) => void board.strokes.delete(stroke.id),
    });
    this.layers[this.layers.length - 1]!.push(stroke); // grows layers
    this.edits$.next(stroke); // grows edits$
    this.recent$.next(stroke);
    this.save(stroke.id);
    measure("up");
  }

  layer() {
    this.layers.push([]); // grows layers
  }

  select(stroke: Stroke) {
    this.selection.update((selected) => [...selected, stroke]); // unsure selection
  }

  deselect() {
    this.selection.set([]);
  }

  copy() {
    clipboard.current = this.selection().map((stroke) => ({ ...stroke }));
  }

  zoom(level: number) {
    if (!this.zoomLevels.includes(level)) this.zoomLevels.push(level); // grows zoomLevels
  }

  export(): string {
    const shapes = Array.from(this.strokes.values(), (stroke) => simplify(stroke).length);
    const text = shapes.reduce((all, length) => all + `<path n="${length}"/>`, "");
    this.exports.push(text); // grows exports
    return text;
  }

  strokesOf(author: string): Observable<Stroke[]> {
    return merge(this.edits$, this.recent$).pipe(takeUntil(this.destroyed$), toArray(), shareReplay(1));
  }

  private render() {}
  private highlight(_strokes: Stroke[]) {}

  destroy() {
    this.destroyed$.next();
    for (const remove of this.teardown.splice(0)) remove();
    boards.delete(this.name);
  }
}

export const boardCount = computed(() => boards.size);

export function addColour(colour: string) {
  palette.push(colour); // grows palette
}
