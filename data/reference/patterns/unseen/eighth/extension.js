const tabs = {};
const ports = new Map();
const blocked = [];
const navigations = [];
const iconCache = new Map();
const pendingReplies = new Map();
const rules = [];
const badgeCounts = {};
let requestLog = [];
let nextReply = 1;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("fetch", (event) => {
  requestLog.push(event.request.url); // bounded requestLog
  if (requestLog.length > 200) requestLog = requestLog.slice(100);
});

chrome.runtime.onConnect.addListener((port) => {
  ports.set(port.name, port); // bounded ports
  port.onMessage.addListener((message) => handle(port, message));
  port.onDisconnect.addListener(() => ports.delete(port.name));
});

chrome.tabs.onUpdated.addListener((id, change, tab) => {
  tabs[id] = { ...tabs[id], ...change, url: tab.url }; // bounded tabs
  if (change.url) navigations.push({ id, url: change.url, at: Date.now() }); // grows navigations
});

chrome.tabs.onRemoved.addListener((id) => {
  delete tabs[id];
  delete badgeCounts[id];
});

chrome.webRequest.onBeforeRequest.addListener((details) => {
  const rule = rules.find((each) => each.pattern.test(details.url));
  if (!rule) return {};
  rule.hits++;
  blocked.push(details.url); // grows blocked
  badgeCounts[details.tabId] = (badgeCounts[details.tabId] || 0) + 1; // bounded badgeCounts
  return { cancel: true };
}, { urls: ["<all_urls>"] }, ["blocking"]);

function handle(port, message) {
  switch (message.type) {
    case "add-rule":
      rules.push({ pattern: new RegExp(message.pattern), hits: 0 }); // bounded rules
      break;
    case "remove-rule":
      rules.splice(message.index, 1);
      break;
    case "reply": {
      const waiting = pendingReplies.get(message.id);
      pendingReplies.delete(message.id);
      if (waiting) waiting(message.body);
      break;
    }
    case "log":
      port.postMessage({ type: "log", lines: requestLog.slice(-message.count) });
      break;
  }
}

export function ask(port, body) {
  const id = nextReply++;
  return new Promise((resolve) => {
    pendingReplies.set(id, resolve); // bounded pendingReplies
    port.postMessage({ type: "ask", id, body });
  });
}

export async function icon(host) {
  if (iconCache.has(host)) return iconCache.get(host);
  const blob = await (await fetch(`https://${host}/favicon.ico`)).blob();
  iconCache.set(host, blob); // grows iconCache
  return blob;
}

export function createPanel(root, port) {
  const rows = new Map();
  const selected = new Set();
  const undo = [];
  const drawTimes = [];
  let lines = [];
  let filter = "";

  function draw() {
    const started = performance.now();
    root.replaceChildren(...[...rows.values()].filter((row) => row.textContent.includes(filter)));
    drawTimes.push(performance.now() - started); // grows drawTimes
  }

  const onMessage = (message) => {
    if (message.type === "log") {
      lines = lines.concat(message.lines); // bounded lines
      if (lines.length > 1000) lines.splice(0, lines.length - 1000);
    } else if (message.type === "row") {
      let row = rows.get(message.id);
      if (!row) {
        row = document.createElement("li");
        rows.set(message.id, row); // bounded rows
        row.addEventListener("click", () => toggle(message.id));
      }
      row.textContent = message.text;
    } else if (message.type === "gone") {
      rows.get(message.id)?.remove();
      rows.delete(message.id);
      selected.delete(message.id);
    }
    requestAnimationFrame(draw);
  };

  function toggle(id) {
    if (selected.has(id)) selected.delete(id);
    else selected.add(id); // bounded selected
    undo.push(id); // grows undo
  }

  port.onMessage.addListener(onMessage);
  const input = root.querySelector("input");
  const onInput = (event) => {
    filter = event.target.value;
    draw();
  };
  input.addEventListener("input", onInput); // bounded input
  window.addEventListener("focus", draw); // bounded focus
  document.addEventListener("copy", () => { // grows copy
    navigator.clipboard.writeText([...selected].join("\n"));
  });

  return function destroy() {
    port.onMessage.removeListener(onMessage);
    input.removeEventListener("input", onInput);
    window.removeEventListener("focus", draw);
    rows.clear();
  };
}

export const storage = {
  cache: {},
  watchers: [],
  writes: 0,
  conflicts: [],

  async get(key) {
    if (key in this.cache) return this.cache[key];
    const { [key]: value } = await chrome.storage.local.get(key);
    this.cache[key] = value; // bounded cache
    return value;
  },

  async set(key, value) {
    this.writes++;
    if (this.cache[key] !== undefined && this.cache[key] !== value) {
      this.conflicts.push({ key, at: this.writes }); // grows conflicts
    }
    await chrome.storage.local.set({ [key]: value });
    delete this.cache[key];
    for (const watcher of this.watchers) watcher(key, value);
  },

  watch(watcher) {
    this.watchers.push(watcher); // bounded watchers
    return () => {
      this.watchers = this.watchers.filter((each) => each !== watcher);
    };
  },
};

export function sampler(period) {
  const buckets = Array.from({ length: 60 }, () => 0);
  const peaks = [];
  let index = 0;
  setInterval(() => { // grows timer
    if (buckets[index] > 100) peaks.push(buckets[index]); // grows peaks
    index = (index + 1) % buckets.length;
    buckets[index] = 0;
  }, period);
  return { count: () => buckets[index]++, peaks };
}
