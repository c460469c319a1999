/**
 * Talks to V8's profiler inside this process.
 *
 * @module
 */

import { Session } from "node:inspector";

/** Sends one command and returns its answer; the session answers within the call. */
export type PostCommand = <T>(method: string, parameters?: object) => T;

/** Connects to this process's own inspector. */
export function connectInspector(): PostCommand {
  const session = new Session();
  session.connect();
  return <T>(method: string, parameters?: object): T => {
    let answer: T | undefined;
    let failure: Error | null = null;
    session.post(method, parameters, (error: Error | null, result?: object) => {
      failure = error;
      answer = result as T;
    });
    if (failure !== null) throw failure;
    return answer as T;
  };
}
