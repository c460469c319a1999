"use strict";

/** A telephone centre: incoming calls, queues by skill, agents, recordings, a wallboard. */
const { EventEmitter } = require("node:events");
const sip = require("./sip");

const menu = { 1: "sales", 2: "support", 3: "billing" };
const queues = { sales: [], support: [], billing: [] };
const callers = new Map();
const blocked = new Set();
const choices = {};
const wallboards = [];

exports.block = (number) => blocked.add(number); // bounded blocked
exports.unblock = (number) => blocked.delete(number);

exports.wallboard = (socket) => {
  const index = wallboards.push(socket) - 1; // grows wallboards
  socket.on("close", () => (wallboards[index] = null));
};

class Recorder {
  chunks = [];
  index = [];
  storage = sip.storage("recordings");
  write(chunk) {
    this.chunks.push(chunk); // bounded chunks
    if (this.chunks.length > 64) this.flush();
  }

  flush() {
    const data = Buffer.concat(this.chunks.splice(0));
    const name = `${Date.now()}.wav`;
    this.storage.put(name, data).then(
      () => this.index.push(name), // grows index
      (error) => console.error(`${name} is lost`, error),
    );
  }
}

class Agent extends EventEmitter {
  call = null;
  handled = [];

  constructor(name, skills) {
    super();
    Object.assign(this, { name, skills });
  }

  take(call) {
    this.call = call;
    call.leg.on("hangup", () => this.release());
  }

  release() {
    if (!this.call) return;
    this.handled.push({ from: this.call.from, until: Date.now() }); // grows handled
    this.call = null;
    this.emit("free");
  }
}

class Centre {
  #agents = [];
  #abandoned = [];
  #waits = { sales: [], support: [], billing: [] };

  constructor(trunk, recorder) {
    this.recorder = recorder;
    trunk.on("invite", (leg) => this.#incoming(leg)); // grows invite
    setInterval(() => this.#show(), 2000); // grows setInterval
  }

  login(agent) {
    this.#agents.push(agent); // bounded #agents
    agent.on("free", () => this.#assign()); // unsure free
    return () => (this.#agents = this.#agents.filter((other) => other !== agent));
  }

  #incoming(leg) {
    const from = leg.header("From");
    if (blocked.has(from)) return leg.reject(603);
    const known = callers.get(from) || { calls: 0, last: 0 };
    callers.set(from, { calls: known.calls + 1, last: Date.now() }); // grows callers
    const prompts = [];
    for (const digit in menu) prompts.push(`press ${digit} for ${menu[digit]}`);
    sip.gather(leg, prompts).then((digit) => {
      const skill = menu[digit];
      if (!skill) return leg.reject(404);
      choices[skill] = (choices[skill] || 0) + 1; // bounded choices
      const call = { leg, from, skill, since: Date.now() };
      queues[skill].push(call); // bounded queues
      leg.on("audio", (chunk) => this.recorder.write(chunk));
      leg.on("cancel", () => {
        queues[skill] = queues[skill].filter((other) => other !== call);
        this.#abandoned.push({ from, waited: Date.now() - call.since }); // grows #abandoned
      });
      this.#assign();
    });
  }

  #assign() {
    for (const agent of this.#agents.filter(({ call }) => call === null)) {
      const skill = agent.skills.find((name) => queues[name].length > 0) ?? "support";
      const call = queues[skill].shift();
      if (!call) continue;
      this.#waits[skill].push(Date.now() - call.since); // grows #waits
      agent.take(call);
    }
  }

  #show() {
    const lines = Object.entries(queues).map(([skill, calls]) => `${skill}: ${calls.length}`);
    for (const socket of wallboards) if (socket) socket.send(lines.join("\n"));
  }
}

Object.assign(exports, { Centre, Agent, Recorder });
