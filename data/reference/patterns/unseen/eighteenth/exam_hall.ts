import { BehaviorSubject, ReplaySubject, Subject, Subscription, interval } from "rxjs"
import { bufferCount, filter, takeUntil } from "rxjs/operators"

// Online examinations: questions, sittings, answers, invigilation.

export interface Question { id: string; text: string; points: number }
export interface Signal { candidate: string; kind: "blur" | "paste" | "face" | "voice"; at: number }

export class QuestionBank {
  private readonly questions = new Map<string, Question>()
  private readonly shown = new Map<string, number>()

  add(question: Question): void {
    this.questions.set(question.id, question) // grows questions
  }

  paper(size: number): Question[] {
    const pool = [...this.questions.values()]
    const picked: Question[] = []
    while (picked.length < size && pool.length > 0) {
      const [question] = pool.splice(Math.floor(Math.random() * pool.length), 1)
      picked.push(question!)
      this.shown.set(question!.id, 1 + (this.shown.get(question!.id) ?? 0)) // grows shown
    }
    return picked
  }
}

export class Sitting {
  readonly answers = new Map<string, string>()
  private readonly flagged = new Set<string>()
  private keystrokes: number[] = []
  private readonly rhythm: number[] = []
  private readonly done$ = new Subject<void>()

  constructor(readonly candidate: string, private readonly paper: readonly Question[], proctor: Proctor) {
    interval(60_000).pipe(takeUntil(this.done$)).subscribe(() => this.measure()) // bounded interval
    proctor.announcements$.subscribe((text) => console.log(text)) // grows announcements$
  }

  answer(id: string, text: string): void {
    if (!this.paper.some((question) => question.id === id)) return
    this.answers.set(id, text) // bounded answers
  }

  toggle(id: string): void {
    if (!this.flagged.delete(id)) this.flagged.add(id) // unsure flagged
  }

  key(at: number): void {
    this.keystrokes.push(at) // bounded keystrokes
  }

  private measure(): void {
    this.rhythm.push(this.keystrokes.splice(0).length) // unsure rhythm
  }

  submit(): Record<string, string> {
    this.done$.next()
    return Object.fromEntries(this.answers)
  }
}

export class Proctor {
  readonly signals$ = new Subject<Signal>()
  readonly announcements$ = new Subject<string>()
  readonly transcript$ = new ReplaySubject<string>()
  readonly latest$ = new ReplaySubject<Signal>(50)
  readonly watched$ = new BehaviorSubject<ReadonlySet<string>>(new Set())
  private readonly evidence: { [candidate: string]: Signal[] } = {}
  private readonly bags = new Subscription()

  constructor() {
    this.bags.add(this.signals$.pipe(filter(({ kind }) => kind !== "blur")).subscribe(this.latest$)) // bounded bags
    this.bags.add(this.signals$.pipe(bufferCount(20)).subscribe((batch) => this.suspect(batch))) // bounded bags
  }

  private suspect(batch: Signal[]): void {
    const per = new Map<string, Signal[]>()
    for (const signal of batch) per.set(signal.candidate, [...(per.get(signal.candidate) ?? []), signal])
    for (const [candidate, list] of per) {
      if (list.length > 5) this.evidence[candidate] = [...(this.evidence[candidate] ?? []), ...list] // grows evidence
    }
  }

  announce(text: string): void {
    this.transcript$.next(text) // grows transcript$
    this.announcements$.next(text)
  }

  watch(candidate: string): () => void {
    this.watched$.next(new Set(this.watched$.value).add(candidate)) // bounded watched$
    return () => this.watched$.next(new Set([...this.watched$.value].filter((other) => other !== candidate)))
  }

  close(): void {
    this.bags.unsubscribe()
  }
}

export class Office {
  private readonly sittings = new Map<string, Sitting>()
  private readonly archive: [candidate: string, answers: Record<string, string>][] = []

  constructor(private readonly bank: QuestionBank, private readonly proctor: Proctor) {}

  admit(candidate: string): Sitting {
    const sitting = new Sitting(candidate, this.bank.paper(30), this.proctor)
    this.sittings.set(candidate, sitting) // bounded sittings
    return sitting
  }

  collect(candidate: string): void {
    const sitting = this.sittings.get(candidate)
    this.sittings.delete(candidate)
    if (sitting) this.archive.push([candidate, sitting.submit()]) // grows archive
  }
}
