import assert from "node:assert/strict";
import { test } from "node:test";
import { scanText } from "./scan_text_test.ts";

/** Lines that register something, or grow, with whether each is bounded. */
function registrations(text: string): (readonly [number, string, boolean | null])[] {
  return scanText(text).filter(({ kind }) => /^(growth|listener|timer|subscription)$/.test(kind))
    .map(({ line, kind, bounded }) => [line, kind, bounded] as const);
}

test("a disposable that an editor gives back and nobody keeps is a subscription that stays", () => {
  assert.deepEqual(
    registrations(`import * as vscode from "vscode";
export class Panel {
  panel = vscode.window.createWebviewPanel("a", "A", 1);
  kept: vscode.Disposable[] = [];
  constructor() {
    vscode.window.onDidChangeActiveColorTheme(() => this.render());
    vscode.window.onDidChangeActiveColorTheme(this.render, this, this.kept);
    this.panel.onDidChangeViewState(() => this.render());
    this.panel.onDidDispose(() => this.render());
    mount((editor) => editor.onDidChangeText(() => this.render()));
    const own = vscode.workspace.onWillSaveTextDocument(() => this.render());
    this.panel.onDidDispose(() => own.dispose());
  }
  render() {}
}
`),
    [[6, "subscription", false], [8, "subscription", true]],
  );
});

test("what starts an extension runs once, what it registers runs again and again", () => {
  const text = (name: string): string =>
    `import * as vscode from "vscode";
export function ${name}(context: vscode.ExtensionContext) {
  context.subscriptions.push(vscode.languages.registerHoverProvider("*", {}));
  vscode.window.onDidChangeActiveTextEditor(() => {});
  vscode.commands.registerCommand("show", () => {
    context.subscriptions.push({ dispose() {} });
  });
}
`;
  assert.deepEqual(registrations(text("activate")), [
    [3, "growth", true],
    [4, "subscription", true],
    [6, "growth", false],
  ]);
  assert.deepEqual(registrations(text("show")).map(([, , bounded]) => bounded), [
    false,
    false,
    false,
  ]);
});

test("a job that a clock runs is a timer where nobody can stop it", () => {
  assert.deepEqual(
    registrations(`import cron from "node-cron";
import { scheduleJob } from "node-schedule";
cron.schedule("* * * * *", () => {});
export class Jobs {
  nightly?: cron.ScheduledTask;
  start(expression: string, date: Date) {
    cron.schedule(expression, () => this.run());
    scheduleJob(expression, () => this.run());
    scheduleJob(date, () => this.run());
    this.nightly = cron.schedule("0 3 * * *", () => this.run());
    return cron.schedule(expression, () => this.run());
  }
  stop() { this.nightly?.stop(); }
  run() {}
}
`),
    [
      [3, "timer", true],
      [7, "timer", false],
      [8, "timer", false],
      [10, "timer", true],
      [11, "timer", true],
    ],
  );
});

test("a store that the instance makes for itself is its own source", () => {
  assert.deepEqual(
    registrations(`import { createStore, sharedStore } from "./store";
export class Station {
  #store = createStore();
  #shared = sharedStore();
  #undo: (() => void)[] = [];
  constructor() {
    this.#undo.push(this.#store.subscribe(() => this.draw()));
    this.#undo.push(this.#shared.subscribe(() => this.draw()));
  }
  draw() {}
}
`).filter(([, kind]) => kind === "subscription"),
    [[7, "subscription", true], [8, "subscription", false]],
  );
});
