// Concurrency checks that go well and badly, and a thread that is never ended.
import { Worker } from "node:worker_threads";

const check = (name, run) => ({
  class: "Made",
  method: "call",
  check: `made.${name}`,
  expected: "it does",
  run,
});

export const cleanupSubjects = [];

export const concurrencyChecks = [
  check("fine", async () => ({ passed: true, observed: "it did" })),
  check("differs", async () => ({ passed: false, observed: "it did not" })),
  check("throws", async () => {
    throw new Error("out of threads");
  }),
  check("forgets", async () => {
    new Worker("setInterval(() => {}, 1000)", { eval: true });
    return { passed: true, observed: "a thread is running" };
  }),
];

export function cycle() {}
