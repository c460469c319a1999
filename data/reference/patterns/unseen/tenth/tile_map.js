const templates = {};
const retina = window.devicePixelRatio > 1;
const maps = [];

function key(z, x, y) {
  return z + "/" + x + "/" + y;
}

export class TileLayer {
  constructor(url, { cacheSize = 256, subdomains = "abc" } = {}) {
    this.url = url;
    this.cacheSize = cacheSize;
    this.subdomains = subdomains;
    this.tiles = {};
    this.loading = new Map();
    this.cache = new Map();
    this.failed = [];
    this.attempts = {};
    this.loadTimes = [];
    this.zooms = new Set();
  }

  tile(z, x, y) {
    const id = key(z, x, y);
    if (this.tiles[id]) return this.tiles[id];
    const image = this.cache.get(id) || new Image();
    this.cache.delete(id);
    const started = performance.now();
    image.onload = () => {
      this.loading.delete(id);
      this.loadTimes.push(performance.now() - started); // grows loadTimes
    };
    image.onerror = () => {
      this.failed.push(id); // grows failed
      this.loading.delete(id);
      this.attempts[id] = (this.attempts[id] || 0) + 1; // grows attempts
    };
    this.loading.set(id, image); // bounded loading
    this.zooms.add(z); // unsure zooms
    image.src = this.url.replace("{s}", this.subdomains[(x + y) % this.subdomains.length]);
    return (this.tiles[id] = image); // bounded tiles
  }

  prune(visible) {
    for (const id of Object.keys(this.tiles)) {
      if (visible.has(id)) continue;
      this.cache.set(id, this.tiles[id]); // bounded cache
      delete this.tiles[id];
    }
    while (this.cache.size > this.cacheSize) {
      this.cache.delete(this.cache.keys().next().value);
    }
  }
}

export class MapView {
  constructor(element) {
    this.element = element;
    this.layers = [];
    this.markers = new Map();
    this.popups = [];
    this.history = [];
    this.future = [];
    this.handlers = {};
    this.pointers = new Map();
    this.inertia = [];
    this.measured = [];
    this.pending = new Set();
    maps.push(this); // bounded maps
    this._move = (event) => this.move(event);
    this._up = (event) => this.pointers.delete(event.pointerId);
    element.addEventListener("pointerdown", (event) => this.down(event)); // unsure pointerdown
    window.addEventListener("pointermove", this._move); // bounded pointermove
    window.addEventListener("pointerup", this._up); // bounded pointerup
    window.addEventListener("resize", () => this.draw()); // grows resize
    this.media = window.matchMedia("(prefers-color-scheme: dark)");
    this.media.addEventListener("change", this._theme = () => this.draw()); // bounded change
  }

  on(type, handler, context) {
    this.handlers[type] = this.handlers[type] || [];
    this.handlers[type].push({ handler, context }); // bounded handlers
    return this;
  }

  off(type, handler) {
    this.handlers[type] = (this.handlers[type] || []).filter((each) => each.handler !== handler);
    return this;
  }

  fire(type, data) {
    (this.handlers[type] || []).forEach(({ handler, context }) => handler.call(context, data));
  }

  addLayer(layer) {
    this.layers.push(layer); // bounded layers
    this.fire("layeradd", layer);
  }

  removeLayer(layer) {
    this.layers.splice(this.layers.indexOf(layer), 1);
  }

  addMarker(id, position) {
    const node = document.createElement("div");
    node.addEventListener("click", () => this.openPopup(id));
    this.markers.set(id, { node, position }); // bounded markers
  }

  removeMarker(id) {
    const marker = this.markers.get(id);
    if (marker && this.markers.delete(id)) marker.node.remove();
  }

  openPopup(id) {
    this.popups = [id, ...this.popups.filter((other) => other !== id)]; // bounded popups
    this.popups.length = Math.min(this.popups.length, 3);
  }

  setView(center, zoom) {
    this.history.push({ center, zoom }); // grows history
    this.future.length = 0;
    this.fire("moveend", center);
  }

  back() {
    const view = this.history.pop();
    if (view) this.future.push(view); // bounded future
    return view;
  }

  down(event) {
    this.pointers.set(event.pointerId, event); // bounded pointers
    this.inertia = [];
  }

  move(event) {
    if (!this.pointers.has(event.pointerId)) return;
    this.inertia.push({ x: event.clientX, at: event.timeStamp }); // bounded inertia
    if (!this.pending.size) requestAnimationFrame(() => this.flush());
    this.pending.add(event.pointerId); // bounded pending
  }

  flush() {
    this.pending.clear();
    this.draw();
  }

  measure(a, b) {
    this.measured = [].concat(this.measured, [[a, b]]); // grows measured
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  }

  draw() {
    for (const layer of this.layers) layer.prune(new Set());
  }

  remove() {
    window.removeEventListener("pointermove", this._move);
    window.removeEventListener("pointerup", this._up);
    this.media.removeEventListener("change", this._theme);
    maps.splice(maps.indexOf(this), 1);
  }
}

export function compile(template) {
  return templates[template] || (templates[template] = (data) => // grows templates
    template.replace(/\{(\w+)\}/g, (_, name) => data[name] ?? ""));
}

export function cluster(points, zoom) {
  const cells = {};
  for (const point of points) {
    const cell = key(zoom, Math.floor(point.x), Math.floor(point.y));
    (cells[cell] ||= []).push(point);
  }
  return Object.values(cells);
}

export function follow(map, geolocation) {
  const track = [];
  const accuracy = [];
  const id = geolocation.watchPosition(({ coords, timestamp }) => {
    track.push([coords.longitude, coords.latitude, timestamp]); // grows track
    accuracy.unshift(coords.accuracy); // bounded accuracy
    accuracy.length = Math.min(accuracy.length, retina ? 20 : 10);
    map.setView([coords.longitude, coords.latitude], 15);
  });
  return { track, stop: () => geolocation.clearWatch(id) };
}
