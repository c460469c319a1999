/** Captions in a browser call: microphone frames, partial results, speakers, export. */

type Word = { text: string; from: number; to: number; speaker?: string };
type Unlisten = () => void;

const voices = new Map<string, Float32Array>();
const styleSheets: Record<string, CSSStyleSheet> = {};
const transcripts: Transcript[] = [];

function styleFor(theme: "dark" | "light" | "contrast"): CSSStyleSheet {
  return styleSheets[theme] ??= new CSSStyleSheet(); // bounded styleSheets
}

export class Transcript {
  words: Word[] = [];
  private partial: Word[] = [];
  private corrections: { [at: number]: string } = {};
  private readonly listeners: Array<(words: Word[]) => void> = [];
  private readonly confidence = { sum: 0, worst: [] as number[] };
  private bySpeaker: Map<string, { spoken: number; words: Word[] }> = new Map();

  constructor(readonly language: string) {
    transcripts.push(this); // grows transcripts
  }

  hear(words: Word[], final: boolean) {
    if (!final) {
      this.partial = words;
      return;
    }
    this.partial = [];
    this.words.push(...words); // grows words
    for (const word of words) {
      const speaker = this.bySpeaker.get(word.speaker ?? "?");
      if (speaker) {
        speaker.spoken += word.to - word.from;
        speaker.words.push(word); // grows words
      } else {
        this.bySpeaker.set(word.speaker ?? "?", { spoken: 0, words: [word] }); // grows bySpeaker
      }
    }
    this.listeners.forEach((listener) => listener(words));
  }

  rate(score: number) {
    const { worst } = this.confidence;
    this.confidence.sum += score;
    const at = worst.findIndex((other) => other > score);
    worst.splice(at < 0 ? worst.length : at, 0, score); // bounded worst
    if (worst.length > 10) worst.pop();
  }

  correct(at: number, text: string) {
    this.corrections[at] = text; // grows corrections
  }

  onWords(listener: (words: Word[]) => void): Unlisten {
    this.listeners.push(listener); // bounded listeners
    return () => {
      const at = this.listeners.indexOf(listener);
      if (~at) this.listeners.splice(at, 1);
    };
  }

  toVtt(): string {
    let text = "WEBVTT\n\n";
    for (const word of this.words) text += `${word.from} --> ${word.to}\n${word.text}\n\n`;
    return text;
  }
}

export class Microphone {
  private context?: AudioContext;
  private chunks: Float32Array[] = [];
  private levels: number[] = [];
  private silence: Array<{ from: number; to: number }> = [];
  private pendingSamples = 0;
  private meter?: number;
  private dropped: Float32Array[] | null = null;

  async open(constraints: MediaStreamConstraints) {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    this.context = new AudioContext();
    const source = this.context.createMediaStreamSource(stream);
    const node = new AudioWorkletNode(this.context, "frames");
    node.port.onmessage = ({ data }) => this.frame(data);
    source.connect(node);
    this.meter = window.setInterval(() => this.measure(), 100); // bounded meter
    navigator.mediaDevices.addEventListener("devicechange", () => this.reopen(constraints)); // grows devicechange
  }

  private async reopen(constraints: MediaStreamConstraints) {
    this.close();
    await this.open(constraints);
  }

  close() {
    window.clearInterval(this.meter);
    void this.context?.close();
  }

  private frame(samples: Float32Array) {
    this.chunks.push(samples); // bounded chunks
    this.pendingSamples += samples.length;
    if (this.pendingSamples > 1 << 20) {
      (this.dropped ??= []).push(this.chunks.shift()!); // grows dropped
    }
  }

  private measure() {
    const last = this.chunks[this.chunks.length - 1];
    const level = last ? Math.hypot(...last) : 0;
    this.levels[this.levels.length] = level; // grows levels
    if (level < 0.01) {
      const open = this.silence[this.silence.length - 1];
      if (open && performance.now() - open.to < 150) open.to = performance.now();
      else this.silence.push({ from: performance.now(), to: performance.now() }); // grows silence
    }
  }

  take(): Float32Array[] {
    this.pendingSamples = 0;
    return this.chunks.splice(0);
  }
}

export class Recogniser {
  private socket?: WebSocket;
  private outbox: ArrayBuffer[] = [];
  private readonly sent = new Map<number, number>();
  private readonly latencies: number[] = [];
  private readonly reconnects: Date[] = [];
  private readonly glossary = new Set<string>(["captions"]);
  private sequence = 0;

  constructor(private readonly url: string, private readonly transcript: Transcript) {
    addEventListener("online", this.connect); // bounded online
  }

  readonly connect = () => {
    const socket = (this.socket = new WebSocket(this.url));
    this.reconnects.push(new Date()); // grows reconnects
    socket.addEventListener("open", () => {
      while (this.outbox.length > 0) socket.send(this.outbox.shift()!);
    });
    socket.addEventListener("message", ({ data }) => {
      const { id, words, final, unknown } = JSON.parse(data);
      const at = this.sent.get(id);
      if (at !== undefined) this.latencies.push(performance.now() - at); // grows latencies
      for (const word of unknown ?? []) this.glossary.add(word); // grows glossary
      this.transcript.hear(words, final);
    });
    socket.onclose = () => setTimeout(this.connect, 1000);
  };

  send(frame: ArrayBuffer) {
    const id = this.sequence++;
    this.sent.set(id, performance.now()); // grows sent
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(frame);
    else this.outbox.push(frame); // bounded outbox
  }

  dispose() {
    removeEventListener("online", this.connect);
    this.socket?.close();
  }
}

/** Says who speaks, by the likeness of voices. */
export function identify(print: Float32Array, threshold = 0.8): string {
  let best: [string, number] = ["", 0];
  for (const [name, voice] of voices) {
    const likeness = voice.reduce((sum, v, i) => sum + v * print[i]!, 0);
    if (likeness > best[1]) best = [name, likeness];
  }
  if (best[1] >= threshold) return best[0];
  const name = `Speaker ${voices.size + 1}`;
  voices.set(name, print); // grows voices
  return name;
}

export class CaptionBox extends HTMLElement {
  #lines: HTMLElement[] = [];
  #stop?: Unlisten;
  #history: string[] = [];
  readonly #observer = new ResizeObserver(() => this.#fit()); // bounded observer

  connectedCallback() {
    this.#observer.observe(this);
    document.addEventListener("fullscreenchange", this.#fit); // bounded fullscreenchange
    document.addEventListener("visibilitychange", () => this.#fit()); // grows visibilitychange
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [styleFor("dark")];
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    document.removeEventListener("fullscreenchange", this.#fit);
    this.#stop?.();
  }

  follow(transcript: Transcript) {
    this.#stop?.();
    this.#stop = transcript.onWords((words) => this.#show(words)); // bounded onWords
  }

  #fit = () => {
    this.style.fontSize = `${this.clientWidth / 40}px`;
  };

  #show(words: Word[]) {
    const line = document.createElement("p");
    line.textContent = words.map(({ text }) => text).join(" ");
    this.#history.push(line.textContent); // grows #history
    this.#lines.push(line); // bounded #lines
    this.shadowRoot?.append(line);
    while (this.#lines.length > 3) this.#lines.shift()!.remove();
  }
}
