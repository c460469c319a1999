const tokens: string[] = []; // HOLDER
function parse(line: string): void {
  tokens.push(line.slice(3, 19)); // LEAK
}
export function cycle(_context: unknown, i: number): void {
  parse(`${i} `.padEnd(1000, "abcdefgh").split("").reverse().join(""));
}
