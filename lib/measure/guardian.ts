/**
 * Sees to it that no measured process outlives the caller, however the caller ends: by an exit
 * handler for ordinary ends, and by one small shell that notices the end of its input when the
 * caller was killed. A target in an endless loop would otherwise burn a core for ever.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";

const WATCH = `
alive=" "
while read -r what pid; do
  case $what in
    +) alive="$alive$pid " ;;
    -) alive="\${alive%% $pid *} \${alive#* $pid }" ;;
  esac
done
for pid in $alive; do kill -KILL "-$pid" "$pid"; done 2>/dev/null
`;

const guarded = new Set<number>();
let guardian: ChildProcess | undefined;

/** Puts a child, leader of its process group, under guard. */
export function guardChild(pid: number): void {
  if (guarded.size === 0) process.on("exit", killAll);
  guarded.add(pid);
  tellGuardian(`+ ${pid}\n`);
}

/** Releases a child that has ended, since its number may soon be another process's. */
export function forgetChild(pid: number): void {
  if (!guarded.delete(pid)) return;
  tellGuardian(`- ${pid}\n`);
  if (guarded.size === 0) process.off("exit", killAll);
}

/** Kills a child and everything it started; a child already gone is no error. */
export function killGroup(pid: number): void {
  for (const whom of process.platform === "win32" ? [pid] : [-pid, pid]) {
    try {
      process.kill(whom, "SIGKILL");
    } catch {
      // Already gone.
    }
  }
}

function killAll(): void {
  for (const pid of guarded) killGroup(pid);
}

function tellGuardian(line: string): void {
  if (process.platform === "win32") return;
  if (guardian === undefined) guardian = startGuardian();
  guardian.stdin?.write(line);
}

/** A shell in a session of its own, so that Ctrl-C in the terminal does not reach it first. */
function startGuardian(): ChildProcess {
  const shell = spawn("sh", ["-c", WATCH], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.on("error", () => {});
  shell.stdin.on("error", () => {});
  shell.unref();
  (shell.stdin as Writable & { unref?(): void }).unref?.();
  return shell;
}
