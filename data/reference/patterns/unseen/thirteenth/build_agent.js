const fs = require('fs/promises');
const os = require('os');
const path = require('path');
const { spawn } = require('child_process');
const { performance, PerformanceObserver } = require('perf_hooks');

const artifacts = new Map();
const cleanupHooks = [];
const failuresByRepo = {};
const secrets = new Set();
const leases = {};
const knownHosts = [];
let timings = [];

class Step {
  constructor(name, command, env = {}) {
    this.name = name;
    this.command = command;
    this.env = env;
    this.output = '';
    this.annotations = [];
  }

  async run(workspace, onLine) {
    const child = spawn('sh', ['-c', this.command], { cwd: workspace, env: this.env });
    let rest = '';
    for await (const chunk of child.stdout) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        this.output += mask(line) + '\n'; // grows output
        if (line.startsWith('::warning')) this.annotations.push(line); // grows annotations
        onLine(line);
      }
    }
    return new Promise((resolve) => child.on('close', resolve));
  }
}

class Agent {
  static instances = 0;

  constructor(server, labels) {
    Agent.instances += 1;
    this.server = server;
    this.labels = labels;
    this.jobs = [];
    this.done = [];
    this.workspaces = new Set();
    this.stepCache = {};
    this.cpu = [];
    this.skipped = {};
    this.subscribers = [];
    this.cancelled = new WeakSet();
    this.retries = new Map();
    this.envHistory = [];
    this.clockSkew = new Float64Array(32);
    this.samples = 0;
  }

  start() {
    this.poller = setInterval(() => this.poll(), 2000); // bounded poller
    this.sampler = setInterval(() => { // bounded sampler
      this.cpu.push(os.loadavg()[0]); // bounded cpu
      while (this.cpu.length > 300) this.cpu.shift();
    }, 1000);
    this.observer = new PerformanceObserver((list) => {
      timings = timings.concat(list.getEntries()); // grows timings
    });
    this.observer.observe({ entryTypes: ['measure'] });
    process.on('SIGUSR2', () => this.drain()); // grows SIGUSR2
  }

  stop() {
    clearInterval(this.poller);
    clearInterval(this.sampler);
    this.observer.disconnect();
  }

  async poll() {
    const job = await this.server.next(this.labels);
    if (!job) return;
    if (!this.labels.includes(job.label)) {
      (this.skipped[job.repo] = this.skipped[job.repo] || []).push(job.id); // grows skipped
      return;
    }
    this.jobs.push(job); // bounded jobs
    this.clockSkew[this.samples++ % this.clockSkew.length] = Date.now() - job.queuedAt;
    this.work();
  }

  async work() {
    let job;
    while ((job = this.jobs.shift())) {
      const workspace = await fs.mkdtemp(path.join(os.tmpdir(), 'build-'));
      this.workspaces.add(workspace); // bounded workspaces
      try {
        await this.runJob(job, workspace);
        this.done.unshift(job.id); // bounded done
        if (this.done.length > 50) this.done.pop();
      } catch (error) {
        failuresByRepo[job.repo] = (failuresByRepo[job.repo] || 0) + 1; // grows failuresByRepo
        const tries = (this.retries.get(job.id) || 0) + 1;
        this.retries.set(job.id, tries); // unsure retries
        if (tries < 3) this.jobs.push(job); // bounded jobs
        else this.retries.delete(job.id);
      } finally {
        await fs.rm(workspace, { recursive: true });
        this.workspaces.delete(workspace);
      }
    }
  }

  async runJob(job, workspace) {
    this.envHistory.push({ ...process.env, ...job.env }); // grows envHistory
    for (const secret of job.secrets) secrets.add(secret); // grows secrets
    const steps = this.stepCache[job.repo] || (this.stepCache[job.repo] = job.steps.map((s) => new Step(s.name, s.run))); // grows stepCache
    const lines = [];
    for (const step of steps) {
      if (this.cancelled.has(job)) return;
      performance.mark(step.name);
      const code = await step.run(workspace, (line) => {
        lines.push(line);
        for (const fn of this.subscribers) fn(job.id, line);
      });
      if (code !== 0) throw new Error(`${step.name} failed after ${lines.length} lines`);
    }
    artifacts.set(job.id, await fs.readdir(workspace)); // bounded artifacts
    setTimeout(() => artifacts.delete(job.id), 3600e3);
  }

  follow(fn) {
    this.subscribers = this.subscribers.concat([fn]); // bounded subscribers
    return { cancel: () => { this.subscribers = this.subscribers.filter((f) => f !== fn); } };
  }

  cancel(job) {
    this.cancelled.add(job);
  }

  drain() {
    this.jobs.length = 0;
  }
}

function mask(line) {
  let out = line;
  for (const secret of secrets) out = out.split(secret).join('***');
  return out;
}

function onCleanup(fn) {
  cleanupHooks.push(fn); // bounded cleanupHooks
}

async function cleanup() {
  while (cleanupHooks.length) await cleanupHooks.pop()();
}

async function withLease(name, work) {
  if (leases[name]) throw new Error(`${name} is leased`);
  leases[name] = { since: Date.now() }; // bounded leases
  try {
    return await work();
  } finally {
    delete leases[name];
  }
}

function trust(host) {
  if (knownHosts.includes(host)) return;
  knownHosts.push(host); // grows knownHosts
}

function createMatrix(axes) {
  let rows = [{}];
  for (const [axis, values] of Object.entries(axes)) {
    const next = [];
    for (const row of rows) for (const value of values) next.push({ ...row, [axis]: value });
    rows = next;
  }
  return rows;
}

module.exports = { Agent, Step, onCleanup, cleanup, withLease, trust, createMatrix };
