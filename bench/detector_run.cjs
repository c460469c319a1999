// One peer on one bundled target, in a process of its own: node detector_run.cjs METHOD TARGET PEERS
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const v8 = require("node:v8");
const vm = require("node:vm");
const { createRequire } = require("node:module");

const [method, file, peers] = process.argv.slice(2);
const peer = createRequire(path.join(peers, "package.json"));
const say = (leak, cause = "") => {
  fs.writeSync(1, `VERDICT ${JSON.stringify({ leak, cause: String(cause).slice(0, 300) })}\n`);
  process.exit(0);
};
const fail = (failure) => {
  fs.writeSync(
    1,
    `VERDICT ${
      JSON.stringify({ leak: false, cause: "", failure: String(failure).slice(0, 120) })
    }\n`,
  );
  process.exit(0);
};
const turn = () => new Promise(setImmediate);

async function load() {
  const exports = require(file);
  const target = exports.cycle ? exports : exports.default;
  const context = await target.setup?.({ scenario: "default" });
  let i = 0;
  const cycle = () => target.cycle(context, i++);
  const run = async (count) => {
    for (let k = 0; k < count; k++) {
      await cycle();
      await turn();
    }
  };
  return { cycle, run, isAsync: false };
}

const methods = {
  async heap_used() {
    const { run } = await load();
    await run(100);
    gc();
    const before = process.memoryUsage().heapUsed;
    await run(1000);
    gc();
    const rate = (process.memoryUsage().heapUsed - before) / 1000;
    say(rate > 10, rate > 10 ? `${rate.toFixed(0)} bytes per cycle` : "");
  },
  async leakage() {
    const { iterate, MemoryLeakError } = peer("leakage");
    const { cycle } = await load();
    const probe = cycle();
    const options = { iterations: 30, gcollections: 6 };
    try {
      if (typeof probe?.then === "function") await iterate.async(cycle, options);
      else iterate(cycle, options);
    } catch (error) {
      if (!(error instanceof MemoryLeakError)) return fail(error.message);
      return say(true, error.message.split("\n").slice(0, 3).join(" "));
    }
    say(false);
  },
  async jest() {
    const { default: LeakDetector } = peer("jest-leak-detector");
    let context = vm.createContext({
      require,
      console,
      process,
      Buffer,
      setImmediate,
      setInterval,
      setTimeout,
      clearTimeout,
      clearInterval,
      AbortController,
      URL,
      WebAssembly,
    });
    const detector = new LeakDetector(context);
    await (async () => {
      const module = { exports: {} };
      const source = `(function (exports, require, module) {${fs.readFileSync(file, "utf8")}\n})`;
      vm.runInContext(source, context, {
        filename: file,
        importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      })(module.exports, require, module);
      const target = module.exports.cycle ? module.exports : module.exports.default;
      const state = await target.setup?.({ scenario: "default" });
      for (let i = 0; i < 100; i++) {
        await target.cycle(state, i);
        await turn();
      }
      await target.teardown?.(state);
    })();
    context = null;
    const leaking = await detector.isLeaking();
    say(leaking, leaking ? "the module's global is still referenced" : "");
  },
  async memlab_leaks() {
    const { findLeaksBySnapshotFilePaths } = peer("@memlab/api");
    const files = await takeSnapshots(3);
    const leaks = await quiet(() => findLeaksBySnapshotFilePaths(...files));
    say(leaks.length > 0, leaks.length > 0 ? Object.keys(leaks[0])[0] : "");
  },
  async memlab_unbound() {
    const { ObjectUnboundGrowthAnalysis, heapConfig } = peer("@memlab/heap-analysis");
    const files = await takeSnapshots(5);
    heapConfig.muteConsole = true;
    const analysis = new ObjectUnboundGrowthAnalysis();
    const lines = [];
    const write = process.stderr.write;
    process.stderr.write = (text) => (lines.push(String(text)), true);
    const log = process.stdout.write;
    process.stdout.write = (text) => (lines.push(String(text)), true);
    heapConfig.muteConsole = false;
    await analysis.analyzeSnapshotsInDirectory(path.dirname(files[0]));
    process.stderr.write = write;
    process.stdout.write = log;
    const found = lines.join("").split("\n").filter((line) => /KB >|> [\d.]+(KB|MB|B)/.test(line));
    const { stripVTControlCharacters } = require("node:util");
    say(found.length > 0, stripVTControlCharacters(found[0] ?? ""));
  },
};

async function takeSnapshots(count) {
  const { run } = await load();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "heapbook-peer-"));
  process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  const files = [];
  for (let k = 1; k <= count; k++) {
    await run(300);
    files.push(v8.writeHeapSnapshot(path.join(folder, `s${k}.heapsnapshot`)));
  }
  return files;
}

async function quiet(body) {
  const write = process.stdout.write;
  process.stdout.write = () => true;
  try {
    return await body();
  } finally {
    process.stdout.write = write;
  }
}

methods[method]().catch((error) => fail(error.message));
