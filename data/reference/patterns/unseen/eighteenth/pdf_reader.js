/** A reader of PDF files in the browser: pages, a text layer, search, notes. */

const fonts = new Map();
const recent = JSON.parse(localStorage.getItem("recent") || "[]");
let openReader = null;

export async function font(name, data) {
  if (fonts.has(name)) return fonts.get(name);
  const face = await new FontFace(name, data).load();
  fonts.set(name, face); // grows fonts
  return face;
}

export function remember(url) {
  recent.unshift(url); // bounded recent
  if (recent.length > 15) recent.length = 15;
  localStorage.setItem("recent", JSON.stringify(recent));
}

class RenderQueue {
  #waiting = [];
  #running = 0;
  #times = [];

  add(task, priority) {
    this.#waiting.push({ task, priority }); // bounded #waiting
    this.#waiting.sort((a, b) => a.priority - b.priority);
    this.#next();
  }

  async #next() {
    if (this.#running >= 2 || this.#waiting.length === 0) return;
    const { task } = this.#waiting.shift();
    this.#running++;
    const started = performance.now();
    await task().catch(console.error);
    this.#running--;
    this.#times.push(performance.now() - started); // grows #times
    this.#next();
  }
}

export class Reader {
  constructor(element, pdf) {
    this.element = element;
    this.pdf = pdf;
    this.queue = new RenderQueue();
    this.canvases = new Map();
    this.textOf = [];
    this.notes = [];
    this.found = [];
    this.searches = new Map();
    this.visited = [];
    this.abort = new AbortController();
    window.addEventListener("keydown", ({ key }) => key === "Escape" && this.close(), { signal: this.abort.signal }); // bounded keydown
    window.addEventListener("hashchange", () => this.go(Number(location.hash.slice(1)))); // grows hashchange
    matchMedia("print").addEventListener("change", () => this.save()); // grows change
    this.observer = new IntersectionObserver((seen) => this.show(seen)); // bounded observer
    this.observer.observe(element);
    this.saver = setInterval(() => this.save(), 5000); // bounded saver
  }

  show(seen) {
    const pages = [];
    for (const { target, isIntersecting } of seen) if (isIntersecting) pages.push(Number(target.dataset.page));
    for (const page of pages) this.queue.add(() => this.render(page), page);
  }

  async render(number) {
    if (number < 1 || number > this.pdf.numPages || this.canvases.has(number)) return;
    const page = await this.pdf.getPage(number);
    const canvas = document.createElement("canvas");
    await page.render({ canvasContext: canvas.getContext("2d") }).promise;
    this.canvases.set(number, canvas); // bounded canvases
    for (const [other] of this.canvases) if (Math.abs(other - number) > 5) this.canvases.delete(other);
  }

  async text(number) {
    const { items } = await (await this.pdf.getPage(number)).getTextContent();
    return (this.textOf[number] ??= items.map(({ str }) => str).join(" ")); // unsure textOf
  }

  async search(term) {
    if (this.searches.has(term)) return this.searches.get(term);
    this.found.length = 0;
    for (let i = 1; i <= this.pdf.numPages; i++) {
      if ((await this.text(i)).includes(term)) this.found.push(i); // bounded found
    }
    this.searches.set(term, [...this.found]); // grows searches
    return this.found;
  }

  go(number) {
    this.visited.push({ number, at: Date.now() }); // grows visited
    this.element.querySelector(`[data-page="${number}"]`)?.scrollIntoView();
  }

  note(page, text) {
    this.notes.push({ page, text }); // bounded notes
  }

  erase(page, text) {
    this.notes = this.notes.filter((note) => note.page !== page || note.text !== text);
  }

  save() {
    localStorage.setItem(this.pdf.fingerprint, JSON.stringify(this.notes));
  }

  close() {
    clearInterval(this.saver);
    this.abort.abort();
    this.observer.disconnect();
    this.element.replaceChildren();
  }
}

export function open(element, pdf, url) {
  openReader?.close();
  remember(url);
  return (openReader = new Reader(element, pdf));
}
