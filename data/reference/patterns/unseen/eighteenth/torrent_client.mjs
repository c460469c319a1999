/** Downloads files from peers: trackers, pieces, choking, a table of nodes. */

import { createHash, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { EventEmitter } from "node:events";
import { connect } from "node:net";

const banned = new Set();
const announced = {};
const dhtNodes = new Map();
const tokens = new Map();

export const ban = (address) => void banned.add(address); // grows banned

export class PieceStore {
  #have;
  #blocks = new Map();
  #cache = new Map();
  #bad = [];

  constructor(hashes, disk) {
    Object.assign(this, { hashes, disk });
    this.#have = new Array(hashes.length).fill(false);
  }

  block(index, offset, data) {
    if (index >= this.hashes.length || this.#have[index]) return false;
    if (!this.#blocks.has(index)) this.#blocks.set(index, []); // bounded #blocks
    const parts = this.#blocks.get(index);
    parts.push({ offset, data }); // bounded parts
    const piece = Buffer.concat(parts.sort((a, b) => a.offset - b.offset).map(({ data }) => data));
    if (piece.length < this.disk.pieceLength) return false;
    this.#blocks.delete(index);
    this.#have[index] = createHash("sha1").update(piece).digest("hex") === this.hashes[index];
    if (this.#have[index]) this.disk.write(index, piece);
    else this.#bad.push({ index, at: Date.now() }); // grows #bad
    return this.#have[index];
  }

  async read(index) {
    if (this.#cache.size >= 32) this.#cache.delete(this.#cache.keys().next().value);
    if (!this.#cache.has(index)) this.#cache.set(index, await this.disk.read(index)); // bounded #cache
    return this.#cache.get(index);
  }
}

class Peer extends EventEmitter {
  rates = new Float64Array(20);
  tick = 0;
  #input = Buffer.alloc(0);

  constructor(address, socket) {
    super();
    Object.assign(this, { address, socket });
    socket.on("data", (chunk) => {
      this.#input = Buffer.concat([this.#input, chunk]); // bounded #input
      for (let end; (end = 4 + this.#input[0]) <= this.#input.length; this.#input = this.#input.subarray(end)) {
        this.emit("frame", this.#input.subarray(4, end));
      }
    });
  }

  answered = () => (this.rates[this.tick++ % 20] = Date.now());
}

export class Torrent extends EventEmitter {
  #peers = new Map();
  #known = new Set();
  #history = [];
  #timer;
  constructor(store, trackers) {
    super();
    Object.assign(this, { store, trackers, id: randomBytes(20).toString("hex") });
    this.#timer = setInterval(() => this.#rechoke(), 10_000); // bounded #timer
    process.on("SIGINT", () => this.stop()); // grows SIGINT
  }

  async announce() {
    for (const url of this.trackers) {
      const { peers } = await (await fetch(`${url}?id=${this.id}`)).json();
      announced[url] = Date.now(); // unsure announced
      for (const address of peers) this.#meet(address);
    }
  }

  #meet(address) {
    this.#known.add(address); // grows #known
    if (banned.has(address) || this.#peers.size >= 50 || this.#peers.has(address)) return;
    const [host, port] = address.split(":");
    const peer = new Peer(address, connect(Number(port), host));
    this.#peers.set(address, peer); // bounded #peers
    peer.socket.on("close", () => this.#peers.delete(address));
    peer.on("frame", (frame) => this.#frame(peer, frame));
  }

  async #frame(peer, frame) {
    const [kind, index, offset] = frame;
    if (kind === 6) {
      peer.socket.write(await this.store.read(index));
    } else if (kind === 7 && this.store.block(index, offset, frame.subarray(3))) {
      this.emit("piece", index);
    }
    peer.answered();
  }

  #rechoke() {
    const ranked = [...this.#peers.values()].sort((a, b) => Math.max(...b.rates) - Math.max(...a.rates));
    ranked.slice(4).forEach((peer) => peer.socket.write("choke"));
    this.#history.push({ at: Date.now(), peers: ranked.length }); // grows #history
  }

  stop() {
    clearInterval(this.#timer);
    for (const peer of this.#peers.values()) peer.socket.destroy();
  }
}

export function listen(port) {
  const socket = createSocket("udp4");
  socket.on("message", (message, { address }) => {
    dhtNodes.set(message.toString("hex", 0, 20), address); // grows dhtNodes
    const token = randomBytes(4).toString("hex");
    tokens.set(token, address); // bounded tokens
    setTimeout(() => tokens.delete(token), 600_000).unref();
    socket.send(token, port, address);
  });
  return socket.bind(port);
}
