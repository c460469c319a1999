export interface IDisposable {
  dispose(): void;
}

export type Listener<T> = (event: T) => unknown;
export type Event<T> = (listener: Listener<T>, thisArg?: unknown) => IDisposable;

export function toDisposable(fn: () => void): IDisposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      fn();
    },
  };
}

export class DisposableStore implements IDisposable {
  private readonly _toDispose = new Set<IDisposable>();
  private _isDisposed = false;

  add<T extends IDisposable>(thing: T): T {
    if (this._isDisposed) thing.dispose();
    else this._toDispose.add(thing); // bounded _toDispose
    return thing;
  }

  dispose(): void {
    this._isDisposed = true;
    for (const thing of this._toDispose) thing.dispose();
    this._toDispose.clear();
  }
}

export abstract class Disposable implements IDisposable {
  protected readonly _store = new DisposableStore();

  protected _register<T extends IDisposable>(thing: T): T {
    return this._store.add(thing);
  }

  dispose(): void {
    this._store.dispose();
  }
}

export class Emitter<T> {
  private _listeners: (Listener<T> | undefined)[] = [];
  private _deliveries: T[] = [];
  private _size = 0;

  readonly event: Event<T> = (listener, thisArg) => {
    const bound = thisArg ? listener.bind(thisArg) : listener;
    this._listeners.push(bound); // bounded _listeners
    this._size++;
    return toDisposable(() => {
      const index = this._listeners.indexOf(bound);
      if (index >= 0) {
        this._listeners.splice(index, 1);
        this._size--;
      }
    });
  };

  fire(value: T): void {
    this._deliveries.push(value); // bounded _deliveries
    while (this._deliveries.length > 0) {
      const next = this._deliveries.shift()!;
      for (const listener of [...this._listeners]) listener?.(next);
    }
  }
}

export interface Decoration {
  id: string;
  line: number;
  className: string;
}

export class TextModel extends Disposable {
  private readonly _onDidChange = new Emitter<string>();
  readonly onDidChange = this._onDidChange.event;
  private _lines: string[] = [""];
  private _decorations = new Map<string, Decoration>();
  private _versions: number[] = [];
  private _editStack: { past: string[][]; future: string[][] } = { past: [], future: [] };
  private _markers: Record<string, string[]> = {};
  private _lastDecorationId = 0;
  private _wordCounts = new Map<string, number>();

  applyEdit(line: number, text: string): void {
    this._editStack.past.push([...this._lines]); // grows past
    this._editStack.future.length = 0;
    this._lines = [...this._lines.slice(0, line), text, ...this._lines.slice(line + 1)];
    this._versions.push(Date.now()); // grows _versions
    for (const word of text.split(/\W+/)) {
      const count = this._wordCounts.get(word) ?? 0;
      this._wordCounts.set(word, count + 1); // grows _wordCounts
    }
    this._onDidChange.fire(text);
  }

  undo(): void {
    const lines = this._editStack.past.pop();
    if (!lines) return;
    this._editStack.future.push(this._lines); // bounded future
    this._lines = lines;
  }

  deltaDecorations(old: string[], fresh: Omit<Decoration, "id">[]): string[] {
    for (const id of old) this._decorations.delete(id);
    return fresh.map((decoration) => {
      const id = `d${++this._lastDecorationId}`;
      this._decorations.set(id, { ...decoration, id }); // bounded _decorations
      return id;
    });
  }

  setMarkers(owner: string, markers: string[]): void {
    if (markers.length === 0) delete this._markers[owner];
    else this._markers[owner] = markers; // bounded _markers
  }
}

export class ModelService {
  private readonly _models = new Map<string, { model: TextModel; references: number }>();
  private readonly _recent: string[] = [];
  private readonly _closed = new Set<string>();
  private readonly _changes: { uri: string; length: number }[] = [];

  acquire(uri: string): TextModel {
    let entry = this._models.get(uri);
    if (!entry) {
      entry = { model: new TextModel(), references: 0 };
      entry.model.onDidChange((text) => {
        this._changes.push({ uri, length: text.length }); // grows _changes
      });
      this._models.set(uri, entry); // bounded _models
    }
    entry.references++;
    const at = this._recent.indexOf(uri);
    if (at >= 0) this._recent.splice(at, 1);
    this._recent.unshift(uri); // bounded _recent
    if (this._recent.length > 50) this._recent.length = 50;
    return entry.model;
  }

  release(uri: string): void {
    const entry = this._models.get(uri);
    if (!entry || --entry.references > 0) return;
    entry.model.dispose();
    this._models.delete(uri);
    this._closed.add(uri); // grows _closed
  }
}

export class StatusBar extends Disposable {
  private _text = "";
  private readonly _log: string[] = [];

  constructor(model: TextModel) {
    super();
    this._register(model.onDidChange((text) => this._update(text)));
  }

  private _update(text: string): void {
    this._text = `Ln ${text.length}`;
    this._log.push(this._text); // grows _log
  }
}
