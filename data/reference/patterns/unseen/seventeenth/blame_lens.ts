import * as vscode from "vscode";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const PALETTE = ["#2f4858", "#33658a", "#86bbd8", "#f6ae2d", "#f26419"];

interface BlameLine {
  sha: string;
  author: string;
  time: number;
}

const decorationTypes = new Map<string, vscode.TextEditorDecorationType>();
const authorNames: Record<string, string> = {};
const traceLines: string[] = [];

function clip(list: unknown[], most: number) {
  if (list.length > most) list.splice(0, list.length - most);
}

function trace(text: string) {
  traceLines.push(`${new Date().toISOString()} ${text}`); // bounded traceLines
  clip(traceLines, 500);
}

function decorationFor(line: BlameLine): vscode.TextEditorDecorationType {
  const days = (Date.now() / 1000 - line.time) / 86_400;
  const color = PALETTE[Math.min(PALETTE.length - 1, Math.floor(Math.log10(days + 1)))];
  let type = decorationTypes.get(color);
  if (!type) {
    type = vscode.window.createTextEditorDecorationType({ backgroundColor: color });
    decorationTypes.set(color, type); // bounded decorationTypes
  }
  return type;
}

export class BlameProvider implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly blames = new Map<string, BlameLine[]>();
  private readonly inFlight = new Map<string, Promise<BlameLine[]>>();
  private readonly messages = new Map<string, string>();
  private readonly disposables: vscode.Disposable[] = [];
  private recent: string[] = [];

  constructor() {
    this.disposables.push( // bounded disposables
      vscode.workspace.onDidCloseTextDocument((document) => this.blames.delete(document.uri.toString())),
      vscode.workspace.onDidSaveTextDocument((document) => this.invalidate(document.uri)),
    );
  }

  invalidate(uri: vscode.Uri) {
    this.blames.delete(uri.toString());
    this.changed.fire();
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const lines = await this.blame(document.uri);
    const lenses: vscode.CodeLens[] = [];
    for (let row = 0; row < lines.length; row += 1) {
      if (row > 0 && lines[row].sha === lines[row - 1].sha) continue;
      const range = new vscode.Range(row, 0, row, 0);
      lenses.push(new vscode.CodeLens(range, { title: lines[row].author, command: "blame.show" }));
    }
    return lenses;
  }

  private async blame(uri: vscode.Uri): Promise<BlameLine[]> {
    const key = uri.toString();
    const known = this.blames.get(key);
    if (known) return known;
    const flying = this.inFlight.get(key);
    if (flying) return flying;
    const promise = this.read(uri.fsPath).finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, promise); // bounded inFlight
    const lines = await promise;
    this.blames.set(key, lines); // bounded blames
    return lines;
  }

  private async read(path: string): Promise<BlameLine[]> {
    const { stdout } = await run("git", ["blame", "--line-porcelain", path]);
    const result: BlameLine[] = [];
    let current: Partial<BlameLine> = {};
    for (const text of stdout.split("\n")) {
      if (text.startsWith("author ")) current.author = text.slice(7);
      else if (text.startsWith("author-mail ")) authorNames[text.slice(12)] = current.author ?? ""; // grows authorNames
      else if (text.startsWith("author-time ")) current.time = Number(text.slice(12));
      else if (text.startsWith("\t")) {
        result.push(current as BlameLine);
        current = {};
      } else if (/^[0-9a-f]{40} /.test(text)) current.sha = text.slice(0, 40);
    }
    trace(`${path}: ${result.length} lines`);
    return result;
  }

  async message(sha: string): Promise<string> {
    this.recent = [sha, ...this.recent.filter((other) => other !== sha)].slice(0, 10); // bounded recent
    if (!this.messages.has(sha)) {
      const { stdout } = await run("git", ["show", "-s", "--format=%B", sha]);
      this.messages.set(sha, stdout); // grows messages
    }
    return this.messages.get(sha)!;
  }

  dispose() {
    vscode.Disposable.from(...this.disposables).dispose();
    this.changed.dispose();
  }
}

class CommitPanel {
  private readonly panel = vscode.window.createWebviewPanel("commit", "Commit", vscode.ViewColumn.Beside);

  constructor(private readonly text: string) {
    vscode.window.onDidChangeActiveColorTheme(() => this.render()); // grows onDidChangeActiveColorTheme
    this.render();
  }

  private render() {
    const dark = vscode.window.activeColorTheme.kind === vscode.ColorThemeKind.Dark;
    this.panel.webview.html = `<pre class="${dark ? "dark" : "light"}">${this.text}</pre>`;
  }
}

export function activate(context: vscode.ExtensionContext) {
  const provider = new BlameProvider();
  context.subscriptions.push(provider, vscode.languages.registerCodeLensProvider("*", provider)); // bounded subscriptions
  vscode.commands.registerCommand("blame.show", async (sha: string) => {
    const panel = new CommitPanel(await provider.message(sha));
    context.subscriptions.push({ dispose: () => void panel }); // grows subscriptions
  });
  vscode.window.onDidChangeActiveTextEditor((editor) => {
    if (editor) editor.setDecorations(decorationFor({ sha: "", author: "", time: 0 }), []);
  });
}
