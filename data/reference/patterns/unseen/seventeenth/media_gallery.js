/** <media-gallery>: a grid of pictures with lazy loading, zoom and a slide show. */

const decoded = new Map();
const openGalleries = new Set();
const captions = new WeakMap();
const gestures = [];

const template = document.createElement("template");
template.innerHTML = `<div class="grid"></div><dialog></dialog>`;

export function decode(src) {
  if (decoded.has(src)) return decoded.get(src);
  const image = new Image();
  image.src = src;
  const promise = image.decode().then(() => image);
  decoded.set(src, promise); // bounded decoded
  if (decoded.size > 80) decoded.delete(decoded.keys().next().value);
  return promise;
}

export function caption(element, text) {
  captions.set(element, text); // bounded captions
  element.setAttribute("aria-label", text);
}

const Draggable = (Base) =>
  class extends Base {
    #trail = [];
    #velocities = [];

    startDrag(event) {
      this.#trail = [];
      this.setPointerCapture(event.pointerId);
    }

    drag(event) {
      const last = this.#trail.at(-1);
      this.#trail.push({ x: event.clientX, y: event.clientY, at: event.timeStamp }); // bounded #trail
      if (last) this.#velocities.push((event.clientX - last.x) / (event.timeStamp - last.at)); // grows #velocities
    }

    endDrag() {
      gestures.push(this.#trail.length); // grows gestures
      return this.#trail;
    }
  };

class Slideshow {
  constructor(gallery, seconds) {
    this.gallery = gallery;
    this.seconds = seconds;
    this.shown = new Set();
    this.log = "";
  }

  start() {
    this.stop();
    this.timer = setInterval(() => this.step(), this.seconds * 1000); // bounded timer
  }

  stop() {
    clearInterval(this.timer);
  }

  step() {
    const rest = this.gallery.items.filter((item) => !this.shown.has(item));
    if (rest.length === 0) {
      this.shown.clear();
      return;
    }
    const item = rest[Math.floor(Math.random() * rest.length)];
    this.shown.add(item); // bounded shown
    this.log += `${item.src};`; // grows log
    this.gallery.open(item);
  }
}

export class MediaGallery extends Draggable(HTMLElement) {
  static observedAttributes = ["src", "columns"];

  #items = [];
  #loading = new Map();
  #failed = {};
  #zooms = [];
  #abort = null;
  #observer = null;
  #changes = [];
  #slideshow = new Slideshow(this, 5);

  get items() {
    return this.#items;
  }

  connectedCallback() {
    this.attachShadow({ mode: "open" }).append(template.content.cloneNode(true));
    openGalleries.add(this); // bounded openGalleries
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    window.addEventListener("resize", () => this.#layout(), { signal }); // bounded resize
    document.addEventListener("keydown", (event) => this.#key(event)); // grows keydown
    this.addEventListener("pointermove", (event) => this.drag(event), { signal });
    this.#observer = new IntersectionObserver((entries) => { // bounded #observer
      for (const entry of entries) if (entry.isIntersecting) this.#load(entry.target);
    });
    window.matchMedia("(prefers-reduced-motion)").addEventListener("change", () => this.#slideshow.stop()); // grows change
  }

  disconnectedCallback() {
    this.#abort.abort();
    this.#observer.disconnect();
    this.#slideshow.stop();
    openGalleries.delete(this);
  }

  attributeChangedCallback(name, before, after) {
    this.#changes.push({ name, before, after }); // grows #changes
    if (name === "src") this.#fetch(after);
    else this.#layout();
  }

  async #fetch(url) {
    const list = await (await fetch(url)).json();
    this.#items = [];
    for (const { src, text } of list) {
      const image = document.createElement("img");
      image.dataset.src = src;
      caption(image, text);
      this.#items.push(image); // bounded #items
      this.#observer?.observe(image);
    }
    this.#layout();
  }

  async #load(image) {
    const { src } = image.dataset;
    if (this.#loading.has(src)) return;
    this.#loading.set(src, performance.now()); // bounded #loading
    try {
      image.src = (await decode(src)).src;
    } catch (error) {
      this.#failed[src] = error.message; // grows #failed
    } finally {
      this.#loading.delete(src);
    }
  }

  open(item) {
    const dialog = this.shadowRoot.querySelector("dialog");
    const copy = item.cloneNode();
    dialog.replaceChildren(copy);
    dialog.showModal();
    this.#zooms = [...this.#zooms, { src: item.src, at: Date.now() }]; // grows #zooms
  }

  #layout() {
    const rows = [];
    const columns = Number(this.getAttribute("columns") ?? 4);
    for (let i = 0; i < this.#items.length; i += columns) rows.push(this.#items.slice(i, i + columns));
    this.shadowRoot?.querySelector(".grid").replaceChildren(...rows.flat());
  }

  #key(event) {
    if (event.key === " ") this.#slideshow.start();
  }
}

customElements.define("media-gallery", MediaGallery);
