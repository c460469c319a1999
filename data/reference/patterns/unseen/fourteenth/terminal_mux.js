/** A terminal multiplexer: panes, scrollback, key bindings, clients, recording. */

const { spawn } = require("node:child_process");
const net = require("node:net");

const panes = new Map();
const clipboard = [];
const bindings = { prefix: "C-b", keys: {} };
const escapeCache = new Map();
const hooks = [];
let paneCounter = 0;
let recordings = [];

const sgr = (code) => {
  if (escapeCache.has(code)) return escapeCache.get(code);
  const text = `\x1b[${code}m`;
  if (escapeCache.size >= 256) escapeCache.clear();
  escapeCache.set(code, text); // bounded escapeCache
  return text;
};

function createPane(command, { rows = 24, scrollback = 2000 } = {}) {
  const id = ++paneCounter;
  const lines = [];
  const marks = [];
  const titles = [];
  const rawOutput = [];
  let partial = "";
  let bell = 0;
  const child = spawn(command, { shell: true });

  child.stdout.on("data", (data) => {
    rawOutput.push(data); // grows rawOutput
    partial += data; // bounded partial
    const parts = partial.split("\n");
    partial = parts.pop();
    for (const part of parts) {
      lines.push(part); // bounded lines
      if (part.includes("\x07")) bell++;
      const title = /\x1b]0;(.*)\x07/.exec(part)?.[1];
      if (title) titles.push(title); // grows titles
    }
    if (lines.length > scrollback) lines.splice(0, lines.length - scrollback);
  });

  const pane = {
    id,
    clients: new Set(),
    searches: [],
    mark() {
      marks.push({ line: lines.length, at: Date.now() }); // grows marks
    },
    search(text) {
      this.searches.push(text); // grows searches
      return lines.filter((line) => line.includes(text));
    },
    view: () => lines.slice(-rows),
    attach(client) {
      pane.clients.add(client); // bounded clients
      return () => pane.clients.delete(client);
    },
    kill() {
      child.kill();
      panes.delete(id);
    },
  };
  child.on("exit", () => panes.delete(id));
  panes.set(id, pane); // bounded panes
  return pane;
}

class Layout {
  constructor() {
    this.root = { split: null, children: [] };
    this.focusHistory = [];
    this.saved = {};
    this.resizes = [];
  }

  split(pane, direction) {
    const node = { pane, split: direction, children: [] };
    this.root.children.push(node); // bounded children
    this.focus(pane);
  }

  close(pane) {
    this.root.children = this.root.children.filter((node) => node.pane !== pane);
    this.focusHistory = this.focusHistory.filter((id) => id !== pane.id);
  }

  focus(pane) {
    this.focusHistory.push(pane.id); // bounded focusHistory
  }

  save(name) {
    this.saved[name] = JSON.stringify(this.root); // grows saved
  }

  resized(columns, rows) {
    this.resizes.push({ columns, rows, at: Date.now() }); // grows resizes
  }
}

class Keyboard {
  #pressed = [];
  #macros = {};
  #recording = null;
  #history = [];

  bind(key, action) {
    bindings.keys[key] = action; // grows keys
  }

  press(key) {
    this.#history = [...this.#history, key]; // grows #history
    this.#pressed.push(key); // bounded #pressed
    if (this.#recording) this.#recording.push(key); // bounded #recording
    const chord = this.#pressed.join(" ");
    const action = bindings.keys[chord];
    if (action || this.#pressed.length >= 3) this.#pressed = [];
    return action?.();
  }

  record() {
    this.#recording = [];
  }

  finish(name) {
    this.#macros[name] = this.#recording; // grows #macros
    this.#recording = null;
  }
}

function copy(text) {
  clipboard.unshift(text); // bounded clipboard
  if (clipboard.length > 50) clipboard.pop();
}

function hook(fn) {
  hooks.push(fn); // bounded hooks
  return { dispose: () => void hooks.splice(hooks.indexOf(fn), 1) };
}

function record(pane) {
  const frames = [];
  recordings = [...recordings, { pane: pane.id, frames }]; // grows recordings
  const timer = setInterval(() => frames.push(pane.view().join("\n")), 1000 / 30); // grows frames
  return { length: () => frames.length, timer };
}

function serve(path, layout) {
  const connections = new Set();
  const commands = [];
  const perUser = {};
  const server = net.createServer((socket) => {
    connections.add(socket); // bounded connections
    let buffered = "";
    const mine = [];
    socket.setEncoding("utf8");
    socket.on("data", (text) => {
      buffered += text; // bounded buffered
      for (let at; (at = buffered.indexOf("\n")) >= 0; buffered = buffered.slice(at + 1)) {
        const { user, command } = JSON.parse(buffered.slice(0, at));
        commands.push(command); // grows commands
        mine.push(command); // unsure mine
        (perUser[user] = perUser[user] || []).push(Date.now()); // grows perUser
        if (command === "new") layout.split(createPane("sh"), "h");
      }
    });
    socket.on("close", () => connections.delete(socket));
  });
  process.stdout.on("resize", () => layout.resized(process.stdout.columns, process.stdout.rows)); // grows resize
  process.on("SIGWINCH", () => server.emit("resize")); // grows SIGWINCH
  server.listen(path);
  return server;
}

function bench(n) {
  const times = [];
  for (let i = 0; i < n; i++) {
    const from = process.hrtime.bigint();
    sgr(i % 8);
    times.push(process.hrtime.bigint() - from);
  }
  return times;
}

module.exports = { createPane, Layout, Keyboard, copy, hook, record, serve, bench };
