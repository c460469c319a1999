/** A progressive path tracer: scene, textures, tiles, workers, statistics. */

import { Worker } from "node:worker_threads";
import { cpus } from "node:os";

export type Vec = readonly [number, number, number];

interface Hit {
  t: number;
  object: Shape;
}

interface Shape {
  readonly id: number;
  readonly box: [Vec, Vec];
  intersect(origin: Vec, direction: Vec): number | undefined;
}

interface Tile {
  readonly x: number;
  readonly y: number;
  samples: number;
}

let nextShape = 0;
const materials: Record<string, { albedo: Vec; roughness: number }> = {};
const primitives: Array<(props: unknown) => Shape> = [];
const shaderSources = new Map<string, string>();
const debugRays: [Vec, Vec][] = [];
const pool: Float32Array[] = [];

export function material(name: string, albedo: Vec, roughness = 1) {
  materials[name] = { albedo, roughness }; // grows materials
}

export function primitive(make: (props: unknown) => Shape): number {
  return primitives.push(make) - 1; // grows primitives
}

export function shader(name: string, source: string): string {
  if (!shaderSources.has(name)) shaderSources.set(name, source.replace(/\s+/g, " ")); // grows shaderSources
  return shaderSources.get(name)!;
}

function acquire(size: number): Float32Array {
  return pool.pop() ?? new Float32Array(size);
}

function release(buffer: Float32Array) {
  buffer.fill(0);
  if (pool.length < 32) pool.push(buffer); // bounded pool
}

class Bvh {
  readonly nodes: { left: number; right: number; shapes: Shape[] }[] = [];
  private readonly order: number[] = [];

  constructor(shapes: Shape[]) {
    this.build(shapes);
  }

  private build(shapes: Shape[]): number {
    const node = { left: -1, right: -1, shapes: [] as Shape[] };
    const index = this.nodes.push(node) - 1; // bounded nodes
    this.order.push(index); // bounded order
    if (shapes.length <= 4) {
      node.shapes.push(...shapes); // bounded shapes
      return index;
    }
    const half = shapes.length >> 1;
    node.left = this.build(shapes.slice(0, half));
    node.right = this.build(shapes.slice(half));
    return index;
  }

  hit(origin: Vec, direction: Vec): Hit | undefined {
    const stack = [0];
    let best: Hit | undefined;
    while (stack.length > 0) {
      const node = this.nodes[stack.pop()!]!;
      for (const object of node.shapes) {
        const t = object.intersect(origin, direction);
        if (t !== undefined && t < (best?.t ?? Infinity)) best = { t, object };
      }
      if (node.left >= 0) stack.push(node.left, node.right);
    }
    return best;
  }
}

class Scene {
  readonly shapes: Shape[] = [];
  private readonly lights = new Set<Shape>();
  private readonly names = new Map<string, Shape>();
  private readonly removed: number[] = [];
  private readonly dirty: Shape[] = [];
  private bvh?: Bvh;

  add(name: string, shape: Shape, emits = false) {
    this.shapes.push(shape); // bounded shapes
    this.names.set(name, shape); // grows names
    if (emits) this.lights.add(shape); // bounded lights
    this.dirty.push(shape); // bounded dirty
    this.bvh = undefined;
    return nextShape++;
  }

  remove(shape: Shape) {
    const at = this.shapes.indexOf(shape);
    if (at < 0) return;
    this.shapes.splice(at, 1);
    this.lights.delete(shape);
    this.removed.push(shape.id); // grows removed
    this.bvh = undefined;
  }

  get tree(): Bvh {
    this.dirty.length = 0;
    return (this.bvh ??= new Bvh(this.shapes));
  }
}

class TextureCache {
  private readonly textures = new Map<string, { pixels: Float32Array; bytes: number }>();
  private readonly loading = new Map<string, Promise<Float32Array>>();
  private readonly broken = new Map<string, unknown>();
  private readonly accesses: string[] = [];
  private bytes = 0;

  constructor(private readonly load: (url: string) => Promise<Float32Array>, private readonly budget = 1 << 28) {}

  async get(url: string): Promise<Float32Array> {
    this.accesses.push(url); // grows accesses
    const texture = this.textures.get(url);
    if (texture) return texture.pixels;
    let promise = this.loading.get(url);
    if (!promise) {
      promise = this.load(url).finally(() => this.loading.delete(url));
      this.loading.set(url, promise); // bounded loading
    }
    try {
      const pixels = await promise;
      this.put(url, pixels);
      return pixels;
    } catch (error) {
      this.broken.set(url, error); // grows broken
      throw error;
    }
  }

  private put(url: string, pixels: Float32Array) {
    for (const [oldest, { bytes }] of this.textures) {
      if (this.bytes + pixels.byteLength <= this.budget) break;
      this.textures.delete(oldest);
      this.bytes -= bytes;
    }
    this.bytes += pixels.byteLength;
    this.textures.set(url, { pixels, bytes: pixels.byteLength }); // bounded textures
  }
}

class RenderFarm {
  private readonly idle: Worker[] = [];
  private readonly all: Worker[] = [];
  private readonly crashed: Error[] = [];
  private readonly waiting: ((worker: Worker) => void)[] = [];
  private readonly durations = new Map<Worker, number[]>();
  private jobs = 0;

  constructor(script: URL, count = cpus().length) {
    for (let i = 0; i < count; i++) this.spawn(script);
  }

  private spawn(script: URL) {
    const worker = new Worker(script);
    worker.on("error", (error) => {
      this.crashed.push(error); // grows crashed
      this.spawn(script);
    });
    this.all.push(worker); // grows all
    this.durations.set(worker, []); // grows durations
    this.give(worker);
  }

  private give(worker: Worker) {
    const next = this.waiting.shift();
    if (next) next(worker);
    else this.idle.push(worker); // bounded idle
  }

  private take(): Promise<Worker> {
    const worker = this.idle.pop();
    return worker
      ? Promise.resolve(worker)
      : new Promise((resolve) => void this.waiting.push(resolve)); // bounded waiting
  }

  async run(tile: Tile): Promise<Float32Array> {
    const worker = await this.take();
    const begun = performance.now();
    this.jobs++;
    try {
      return await new Promise<Float32Array>((resolve) => {
        worker.on("message", (pixels: Float32Array) => resolve(pixels)); // grows message
        worker.postMessage(tile);
      });
    } finally {
      this.durations.get(worker)?.push(performance.now() - begun); // grows durations
      this.give(worker);
    }
  }
}

export class Renderer {
  readonly scene = new Scene();
  private readonly queue: Tile[] = [];
  private readonly film: Float32Array;
  private readonly heat: number[][] = [];
  private readonly noise = new Map<Tile, number>();
  private readonly frames: string[] = [];
  private readonly progressListeners: Array<(done: number) => void> = [];
  private samplesPerSecond: number[] = [];

  constructor(readonly width: number, readonly height: number, private readonly farm: RenderFarm) {
    this.film = new Float32Array(width * height * 3);
    for (let y = 0; y < height; y += 32) {
      const row: number[] = [];
      for (let x = 0; x < width; x += 32) {
        this.queue.push({ x, y, samples: 0 }); // bounded queue
        row.push(0);
      }
      this.heat.push(row); // bounded heat
    }
  }

  onProgress(listener: (done: number) => void) {
    this.progressListeners.push(listener); // grows progressListeners
    return this;
  }

  async pass() {
    for (let i = this.queue.length; i > 0; i--) {
      const tile = this.queue.shift()!;
      const pixels = await this.farm.run(tile);
      const scratch = acquire(pixels.length);
      scratch.set(pixels);
      this.film.set(scratch, tile.y * this.width + tile.x);
      release(scratch);
      tile.samples++;
      this.noise.set(tile, 1 / tile.samples); // bounded noise
      this.queue.push(tile); // bounded queue
      this.samplesPerSecond = this.samplesPerSecond.concat(tile.samples).slice(-100); // bounded samplesPerSecond
    }
    this.progressListeners.forEach((listener) => listener(this.queue[0]?.samples ?? 0));
  }

  async animate(step: (scene: Scene) => void) {
    for (let frame = 0;; frame++) {
      step(this.scene);
      await this.pass();
      this.frames.push(Buffer.from(this.film.buffer).toString("base64")); // grows frames
    }
  }

  pick(origin: Vec, direction: Vec) {
    debugRays.push([origin, direction]); // grows debugRays
    return this.scene.tree.hit(origin, direction)?.object;
  }
}
