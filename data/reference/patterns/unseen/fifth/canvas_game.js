const KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Space"];

const pressed = {};
const highScores = [];
const soundPool = {};

export function trackKeys(target) {
  const down = (event) => {
    if (KEYS.includes(event.code)) pressed[event.code] = true; // bounded pressed
  };
  const up = (event) => {
    delete pressed[event.code];
  };
  target.addEventListener("keydown", down); // bounded keydown
  target.addEventListener("keyup", up); // bounded keyup
  return () => {
    target.removeEventListener("keydown", down);
    target.removeEventListener("keyup", up);
  };
}

export function submitScore(name, points) {
  highScores.push({ name, points }); // bounded highScores
  highScores.sort((a, b) => b.points - a.points);
  highScores.splice(10);
}

export function playSound(url) {
  const pool = soundPool[url] || (soundPool[url] = []); // grows soundPool
  let audio = pool.find((candidate) => candidate.ended);
  if (!audio) {
    audio = new Audio(url);
    pool.push(audio); // grows soundPool
  }
  audio.play();
}

class Vector {
  constructor(x = 0, y = 0) {
    this.x = x;
    this.y = y;
  }
  add(other) {
    this.x += other.x;
    this.y += other.y;
    return this;
  }
}

export class Scene {
  constructor(canvas) {
    this.canvas = canvas;
    this.entities = [];
    this.spawned = [];
    this.trail = [];
    this.replay = [];
    this.collisions = new Map();
    this.tweens = new Set();
    this.layers = { back: [], middle: [], front: [] };
    this.freed = [];
    this.frame = 0;
    this.message = "";
    this.resize = this.resize.bind(this);
    window.addEventListener("resize", this.resize); // bounded resize
    document.addEventListener("visibilitychange", () => { // grows visibilitychange
      this.paused = document.hidden;
    });
  }

  resize() {
    this.canvas.width = window.innerWidth;
    this.canvas.height = window.innerHeight;
  }

  spawn(kind, x, y) {
    const entity = this.freed.pop() || { position: new Vector() };
    entity.kind = kind;
    entity.dead = false;
    entity.position.x = x;
    entity.position.y = y;
    this.spawned.push(entity); // bounded spawned
    return entity;
  }

  addToLayer(name, sprite) {
    this.layers[name].push(sprite); // grows layers
  }

  tween(object, property, to, frames) {
    const step = (to - object[property]) / frames;
    const tween = { object, property, step, left: frames };
    this.tweens.add(tween); // bounded tweens
  }

  step(inputs) {
    this.frame++;
    this.replay.push(inputs); // grows replay
    this.entities.push(...this.spawned); // bounded entities
    this.spawned.length = 0;
    for (const entity of this.entities) {
      if (entity.velocity) entity.position.add(entity.velocity);
      if (entity.position.y > this.canvas.height) entity.dead = true;
      this.trail.push(entity.position.x, entity.position.y); // bounded trail
      if (entity.dead) this.freed.push(entity); // bounded freed
    }
    if (this.trail.length > 4000) this.trail = this.trail.slice(this.trail.length - 4000);
    this.entities = this.entities.filter((entity) => !entity.dead);
    for (const tween of this.tweens) {
      tween.object[tween.property] += tween.step;
      if (--tween.left <= 0) this.tweens.delete(tween);
    }
    this.collide();
  }

  collide() {
    for (let i = 0; i < this.entities.length; i++) {
      for (let j = i + 1; j < this.entities.length; j++) {
        const a = this.entities[i];
        const b = this.entities[j];
        if (Math.abs(a.position.x - b.position.x) > 8) continue;
        const key = `${a.kind}:${b.kind}:${this.frame}`;
        this.collisions.set(key, [a, b]); // grows collisions
      }
    }
  }

  say(text) {
    this.message = this.message ? `${this.message}\n${text}` : text; // grows message
  }

  destroy() {
    window.removeEventListener("resize", this.resize);
    this.entities = [];
    this.tweens.clear();
  }
}

export function loop(scene) {
  const frameTimes = new Float64Array(60);
  const dropped = [];
  let index = 0;
  let last = performance.now();
  function tick(now) {
    frameTimes[index] = now - last;
    index = (index + 1) % frameTimes.length;
    if (now - last > 32) dropped.push(now); // grows dropped
    last = now;
    scene.step({ ...pressed });
    requestAnimationFrame(tick);
  }
  requestAnimationFrame(tick);
  return { frameTimes, dropped };
}
