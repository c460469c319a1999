/** An overlay for live streams: chat commands, alerts, polls, goals. */

const commands = new Map();
const cooldowns = new Map();
const viewers = new Set();
const badWords = new Set(["spam", "scam"]);
const overlays = [];

export const command = (name, run) => commands.set(name.toLowerCase(), run); // grows commands

export function overlay(mount) {
  const state = { mount, alerts: [], shown: 0 };
  overlays.push(state); // bounded overlays
  return { remove: () => overlays.splice(overlays.indexOf(state), 1) };
}

function mayRun(user, name, now = Date.now()) {
  const key = `${user}:${name}`;
  if ((cooldowns.get(key) ?? 0) > now) return false;
  cooldowns.set(key, now + 30_000); // grows cooldowns
  return true;
}

class AlertBox {
  #queue = [];
  #playing = false;
  #log = [];

  enqueue(alert) {
    if (this.#queue.length >= 25) return false;
    this.#queue.push(alert); // bounded #queue
    if (!this.#playing) this.#play();
    return true;
  }

  async #play() {
    this.#playing = true;
    for (let alert = this.#queue.shift(); alert; alert = this.#queue.shift()) {
      await this.#sound(alert.kind).play();
      this.#log = [{ ...alert, at: Date.now() }, ...this.#log]; // grows #log
    }
    this.#playing = false;
  }

  #sound(kind) {
    return new Audio(`/sounds/${kind}.ogg`);
  }
}

class Poll {
  votes = {};
  voters = new Set();

  constructor(options) {
    for (const option of options) this.votes[option] = 0;
    Object.seal(this.votes);
  }

  vote(user, option) {
    if (!(option in this.votes) || this.voters.has(user)) return;
    this.voters.add(user); // unsure voters
    this.votes[option] += 1;
  }
}

export class Stream {
  #alerts = new AlertBox();
  #poll = null;
  #results = [];
  #goals = new Map();
  #chat = [];
  #whispers = {};

  constructor(url) {
    this.url = url;
    document.addEventListener("visibilitychange", () => document.hidden || this.#redraw()); // grows visibilitychange
  }

  connect() {
    const socket = new WebSocket(this.url);
    socket.onmessage = ({ data }) => this.#message(JSON.parse(data));
    socket.onclose = () => setTimeout(() => this.connect(), 2000);
    const ping = setInterval(() => socket.send("PING"), 60_000); // grows ping
    return () => socket.close();
  }

  #message({ kind, user, text, amount }) {
    viewers.add(user); // bounded viewers
    switch (kind) {
      case "chat":
        return this.#said(user, text);
      case "part":
        return viewers.delete(user);
      case "whisper":
        this.#whispers[user] = [...(this.#whispers[user] ?? []), text].slice(-20); // grows #whispers
        return;
      case "cheer":
        for (const goal of this.#goals.values()) goal.left -= amount;
      // falls through
      default:
        this.#alerts.enqueue({ kind, user, amount });
    }
  }

  #said(user, text) {
    const words = text.split(/\s+/);
    const kept = [];
    for (const word of words) if (!badWords.has(word)) kept.push(word);
    this.#chat.push({ user, text: kept.join(" ") }); // bounded #chat
    if (this.#chat.length > 80) this.#chat = this.#chat.slice(-40);
    if (words[0] === "!vote") this.#poll?.vote(user, words[1]);
    else if (words[0].startsWith("!") && mayRun(user, words[0])) commands.get(words[0].slice(1))?.(user, ...words);
  }

  goal(name, left) {
    if (this.#goals.size < 5 || this.#goals.has(name)) this.#goals.set(name, { left }); // bounded #goals
  }

  poll(options, seconds) {
    this.#poll = new Poll(options);
    setTimeout(() => {
      this.#results.push({ ...this.#poll.votes }); // grows #results
      this.#poll = null;
    }, seconds * 1000);
  }

  #redraw() {
    for (const { mount } of overlays) mount.replaceChildren(...this.#chat.map(({ text }) => new Text(text)));
  }
}
