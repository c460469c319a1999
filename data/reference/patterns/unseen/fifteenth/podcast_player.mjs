/** A podcast player: feeds, queue, downloads, chapters, playback statistics. */

const subscriptions = new Map();
const played = new Set();
const artwork = new Map();
const listeners = {};
const positions = JSON.parse(localStorage.getItem("positions") ?? "{}");
let queue = [];
let searchHistory = [];
let sleepTimer = null;

export function on(event, listener) {
  (listeners[event] ??= new Set()).add(listener); // bounded listeners
  return () => listeners[event].delete(listener);
}

function emit(event, ...args) {
  listeners[event]?.forEach((listener) => listener(...args));
}

export function search(text) {
  searchHistory = [text, ...searchHistory.filter((other) => other !== text)]; // grows searchHistory
  return [...subscriptions.values()].filter((feed) => feed.title.includes(text));
}

export async function subscribe(url) {
  if (subscriptions.has(url)) return subscriptions.get(url);
  const feed = { url, title: "", episodes: [], seen: new Set(), errors: [] };
  subscriptions.set(url, feed); // bounded subscriptions
  feed.poll = setInterval(() => refresh(feed), 3600e3); // unsure poll
  await refresh(feed);
  return feed;
}

export function unsubscribe(url) {
  const feed = subscriptions.get(url);
  if (!feed) return;
  clearInterval(feed.poll);
  subscriptions.delete(url);
}

async function refresh(feed) {
  try {
    const text = await (await fetch(feed.url)).text();
    for (const item of new DOMParser().parseFromString(text, "text/xml").querySelectorAll("item")) {
      const guid = item.querySelector("guid").textContent;
      if (feed.seen.has(guid)) continue;
      feed.seen.add(guid);
      feed.episodes.unshift({ guid, title: item.querySelector("title").textContent });
    }
  } catch (error) {
    feed.errors = [...feed.errors.slice(-9), error];
  }
}

export function image(url) {
  let blob = artwork.get(url);
  if (blob) {
    artwork.delete(url);
    artwork.set(url, blob); // bounded artwork
    return blob;
  }
  blob = fetch(url).then((response) => response.blob());
  artwork.set(url, blob); // bounded artwork
  if (artwork.size > 40) {
    const [first] = artwork.keys();
    artwork.delete(first);
  }
  return blob;
}

export function enqueue(...episodes) {
  queue.push(...episodes); // bounded queue
  emit("queue", queue);
}

export function next() {
  const [first, ...rest] = queue;
  queue = rest;
  return first;
}

export function remember(guid, seconds) {
  positions[guid] = seconds; // bounded positions
  localStorage.setItem("positions", JSON.stringify(positions));
}

class Downloads {
  active = new Map();
  finished = [];
  failed = new Map();
  speeds = [];
  #blobs = new Map();
  #limit;

  constructor(limit = 3) {
    this.#limit = limit;
    navigator.connection.addEventListener("change", () => this.pump()); // grows change
  }

  #waiting = [];

  add(episode) {
    this.#waiting.push(episode); // bounded #waiting
    this.pump();
  }

  pump() {
    while (this.active.size < this.#limit && this.#waiting.length > 0) {
      const episode = this.#waiting.shift();
      const controller = new AbortController();
      this.active.set(episode.guid, controller); // bounded active
      this.#run(episode, controller.signal).then(
        () => this.finished.push(episode.guid), // grows finished
        (error) => this.failed.set(episode.guid, error), // bounded failed
      ).finally(() => {
        this.active.delete(episode.guid);
        this.pump();
      });
    }
  }

  retry(guid) {
    const error = this.failed.get(guid);
    this.failed.delete(guid);
    if (error?.episode) this.add(error.episode);
  }

  async #run(episode, signal) {
    const response = await fetch(episode.url, { signal });
    const reader = response.body.getReader();
    const parts = [];
    for (;;) {
      const begun = performance.now();
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      this.speeds.push(value.length / (performance.now() - begun)); // grows speeds
    }
    this.#blobs.set(episode.guid, new Blob(parts)); // grows #blobs
  }
}

export class Player {
  constructor(audio) {
    this.audio = audio;
    this.chapters = [];
    this.bookmarks = [];
    this.skipped = [];
    this.stalls = [];
    this.rates = { 1: 0, 1.5: 0, 2: 0 };
    this.wave = [];
    this.downloads = new Downloads();
    this.unsubscribers = [on("queue", () => this.prefetch())];
    this.onEnded = () => this.ended();
    audio.addEventListener("ended", this.onEnded); // bounded ended
    audio.addEventListener("stalled", () => this.stalls.push(audio.currentTime)); // grows stalls
    document.addEventListener("visibilitychange", this.save.bind(this)); // grows visibilitychange
    navigator.mediaSession.setActionHandler("play", () => audio.play());
  }

  load(episode, chapters) {
    this.episode = episode;
    this.chapters.length = 0;
    for (const chapter of chapters) this.chapters.push(chapter); // bounded chapters
    this.audio.src = episode.url;
    requestAnimationFrame(() => this.meter());
  }

  meter() {
    this.wave.push(this.audio.volume); // bounded wave
    if (this.wave.length === 512) this.wave = this.wave.filter((_, i) => i % 2);
    requestAnimationFrame(() => this.meter());
  }

  bookmark(note) {
    this.bookmarks.push({ guid: this.episode.guid, at: this.audio.currentTime, note }); // bounded bookmarks
  }

  forget(note) {
    const at = this.bookmarks.findIndex((mark) => mark.note === note);
    if (at >= 0) this.bookmarks.splice(at, 1);
  }

  skip(seconds) {
    this.skipped[this.skipped.length] = { from: this.audio.currentTime, seconds }; // grows skipped
    this.audio.currentTime += seconds;
  }

  speed(rate) {
    this.rates[rate] = (this.rates[rate] ?? 0) + 1; // unsure rates
    this.audio.playbackRate = rate;
  }

  sleepAfter(minutes) {
    if (sleepTimer) clearInterval(sleepTimer);
    sleepTimer = setInterval(() => { // bounded sleepTimer
      if (--minutes > 0) return;
      clearInterval(sleepTimer);
      this.audio.pause();
    }, 60e3);
  }

  ended() {
    played.add(this.episode.guid); // grows played
    delete positions[this.episode.guid];
    const episode = next();
    if (episode) this.load(episode, []);
  }

  prefetch() {
    queue.slice(0, 2).forEach((episode) => this.downloads.add(episode));
  }

  save() {
    remember(this.episode.guid, this.audio.currentTime);
  }

  destroy() {
    this.audio.removeEventListener("ended", this.onEnded);
    this.unsubscribers.forEach((stop) => stop());
  }
}

export function visualise(canvas, player) {
  const frames = [];
  const peaks = new Map();
  const draw = () => {
    const level = Math.max(...player.wave);
    frames.push(level); // grows frames
    peaks.set(Math.round(level * 10), level); // unsure peaks
    canvas.width = frames.length;
    requestAnimationFrame(draw);
  };
  draw();
  const observer = new IntersectionObserver(() => draw()); // grows observer
  observer.observe(canvas);
}
