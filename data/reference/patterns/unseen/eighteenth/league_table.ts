/** Sports leagues: fixtures, live scores, standings, predictions of fans. */

export type Outcome = "home" | "draw" | "away";

export type Fixture = { readonly id: string; readonly home: string; readonly away: string };
type Listener<T> = (value: T) => void;

const CLUBS = ["rovers", "united", "athletic", "wanderers"] as const;
type Club = (typeof CLUBS)[number];

const isClub = (name: string): name is Club => (CLUBS as readonly string[]).includes(name);

class Signal<T> {
  private listeners: readonly Listener<T>[] = [];
  private readonly emitted: T[] = [];

  listen(listener: Listener<T>): Disposable {
    this.listeners = [...this.listeners, listener]; // bounded listeners
    return { [Symbol.dispose]: () => (this.listeners = this.listeners.filter((other) => other !== listener)) };
  }

  emit(value: T): void {
    this.emitted.push(value); // grows emitted
    for (const listener of this.listeners) listener(value);
  }
}

class Match {
  readonly goals: Record<"home" | "away", string[]> = { home: [], away: [] };

  constructor(readonly fixture: Fixture) {}

  goal(side: "home" | "away", player: string): void {
    this.goals[side].push(player); // unsure goals
  }

  get outcome(): Outcome {
    const difference = this.goals.home.length - this.goals.away.length;
    return difference > 0 ? "home" : difference < 0 ? "away" : "draw";
  }
}

export function createLeague(seed: string[]) {
  const points: Partial<Record<Club, number>> = {};
  const form = new Map<Club, Outcome[]>();
  const live = new Map<string, Match>();
  const played: { id: string; outcome: Outcome }[] = [];
  const scorers = new Map<string, number>();
  const predictions = new Map<string, Map<string, Outcome>>();
  const fans = new Map<string, { right: number; wrong: number }>();
  const upcoming: Fixture[] = [];
  const finished = new Signal<Match>();

  finished.listen((match) => {
    for (const player of [...match.goals.home, ...match.goals.away]) {
      const before = scorers.get(player);
      if (before) scorers.set(player, before + 1);
      else scorers.set(player, 1); // grows scorers
    }
  });

  function award(club: string, outcome: Outcome, won: boolean): void {
    if (!isClub(club)) throw new TypeError(`unknown club ${club}`);
    points[club] = (points[club] ?? 0) + (won ? 3 : outcome === "draw" ? 1 : 0); // bounded points
    form.set(club, (form.get(club) ?? []).concat(outcome).slice(-5)); // bounded form
  }

  function drawRound(): void {
    const pairs: Fixture[] = [];
    for (let i = 0; i < seed.length; i += 2) pairs.push({ id: `${played.length}-${i}`, home: seed[i]!, away: seed[i + 1]! });
    upcoming.push(...pairs); // bounded upcoming
  }

  return {
    drawRound,
    kickOff(): Match | undefined {
      const fixture = upcoming.shift();
      if (!fixture) return;
      const match = new Match(fixture);
      live.set(fixture.id, match); // bounded live
      return match;
    },
    whistle(id: string): void {
      const match = live.get(id);
      if (!match || !live.delete(id)) return;
      played.push({ id, outcome: match.outcome }); // grows played
      award(match.fixture.home, match.outcome, match.outcome === "home");
      award(match.fixture.away, match.outcome, match.outcome === "away");
      for (const [fan, guess] of predictions.get(id) ?? []) {
        let record = fans.get(fan);
        if (!record) fans.set(fan, (record = { right: 0, wrong: 0 })); // grows fans
        record[guess === match.outcome ? "right" : "wrong"]++;
      }
      predictions.delete(id);
      finished.emit(match);
    },
    predict(fan: string, id: string, outcome: Outcome): boolean {
      if (!upcoming.some((fixture) => fixture.id === id)) return false;
      const guesses = predictions.get(id) ?? new Map<string, Outcome>();
      guesses.set(fan, outcome); // bounded guesses
      predictions.set(id, guesses); // bounded predictions
      return true;
    },
  };
}
