import { BehaviorSubject, fromEvent, merge, ReplaySubject, Subject, Subscription, timer } from "rxjs";
import { bufferTime, debounceTime, map, scan, share, switchMap, takeUntil } from "rxjs/operators";

export interface Reading {
  sensor: string;
  value: number;
  at: number;
}

export interface Tile {
  id: string;
  sensor: string;
}

export class ReadingService {
  readonly readings$ = new Subject<Reading>();
  readonly latest$ = new BehaviorSubject<Record<string, Reading>>({});
  readonly replay$ = new ReplaySubject<Reading>(100);
  private readonly bySensor = new Map<string, Reading[]>();
  private readonly alarms: Reading[] = [];
  private readonly thresholds: Record<string, number> = {};
  private readonly subscription = new Subscription();
  private batches = 0;
  private sizes: number[] = [];

  constructor() {
    this.subscription.add(this.readings$.subscribe((reading) => this.keep(reading))); // bounded subscription
    this.subscription.add(
      this.readings$.pipe(bufferTime(1000)).subscribe((batch) => { // bounded subscription
        this.batches++;
        this.sizes.push(batch.length); // grows sizes
      }),
    );
  }

  private keep(reading: Reading): void {
    const list = this.bySensor.get(reading.sensor) ?? [];
    list.push(reading); // bounded bySensor
    if (list.length > 500) list.shift();
    this.bySensor.set(reading.sensor, list); // grows bySensor
    this.latest$.next({ ...this.latest$.value, [reading.sensor]: reading });
    if (reading.value > (this.thresholds[reading.sensor] ?? Infinity)) {
      this.alarms.push(reading); // grows alarms
    }
  }

  limit(sensor: string, value: number): void {
    this.thresholds[sensor] = value; // grows thresholds
  }

  dispose(): void {
    this.subscription.unsubscribe();
  }
}

export class TileComponent {
  values: number[] = [];
  labels: string[] = [];
  renders: number[] = [];
  private readonly destroyed$ = new Subject<void>();
  private readonly handles: Subscription[] = [];

  constructor(private readonly service: ReadingService, private readonly tile: Tile) {}

  ngOnInit(): void {
    this.service.readings$
      .pipe(takeUntil(this.destroyed$))
      .subscribe((reading) => this.draw(reading));
    const resize = fromEvent(window, "resize").pipe(debounceTime(100)).subscribe(() => { // bounded subscription
      this.renders.push(window.innerWidth); // grows renders
    });
    this.handles.push(resize); // bounded handles
  }

  private draw(reading: Reading): void {
    this.values.push(reading.value); // bounded values
    this.labels.push(String(reading.at)); // bounded labels
    while (this.values.length > 60) {
      this.values.shift();
      this.labels.shift();
    }
  }

  ngOnDestroy(): void {
    this.destroyed$.next();
    this.handles.forEach((handle) => handle.unsubscribe());
  }
}

export class DashboardComponent {
  tiles: Tile[] = [];
  selected = new Set<string>();
  history: string[] = [];
  private searches: string[] = [];
  private lastResults: Reading[] = [];
  private opened: Record<string, number> = {};
  private readonly search$ = new Subject<string>();

  constructor(private readonly service: ReadingService) {
    this.search$.pipe(switchMap((text) => timer(50).pipe(map(() => text)))).subscribe((text) => { // bounded subscription
      this.searches.push(text); // grows searches
    });
    service.replay$.subscribe((reading) => { // grows subscription
      this.lastResults = [reading, ...this.lastResults].slice(0, 20); // bounded lastResults
    });
    window.onbeforeunload = () => this.save();
  }

  add(tile: Tile): void {
    this.tiles = this.tiles.concat(tile); // bounded tiles
    this.history.push(`add ${tile.id}`); // grows history
  }

  remove(id: string): void {
    this.tiles = this.tiles.filter((tile) => tile.id !== id);
    this.selected.delete(id);
  }

  toggle(id: string): void {
    if (!this.selected.delete(id)) this.selected.add(id); // bounded selected
  }

  open(id: string): void {
    this.opened[id] = (this.opened[id] ?? 0) + 1; // grows opened
  }

  save(): string {
    return JSON.stringify(this.tiles);
  }
}

export function totals(service: ReadingService) {
  const seen: string[] = [];
  const total$ = service.readings$.pipe(
    scan((sum, reading) => sum + reading.value, 0),
    share(),
  );
  const names$ = service.readings$.pipe(map(({ sensor }) => sensor));
  const subscription = merge(total$, names$).subscribe((value) => { // bounded subscription
    seen.push(String(value)); // grows seen
  });
  return { seen, stop: () => subscription.unsubscribe() };
}

const singleton = new ReadingService();
const audited: Reading[] = [];
const perMinute = new Map<number, number>();

export function audit(): void {
  singleton.readings$.subscribe((reading) => audited.push(reading)); // grows subscription
}

export function countMinute(reading: Reading): void {
  const minute = Math.floor(reading.at / 60_000);
  perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1); // bounded perMinute
  if (perMinute.size > 60) {
    const [first] = perMinute.keys();
    perMinute.delete(first!);
  }
}
