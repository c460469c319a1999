class Link {
  a = 1;
  b = 2;
  c = 3;
  d = 4;
  readonly next: Link | null;
  constructor(next: Link | null) {
    this.next = next;
  }
}
let head: Link | null = null; // HOLDER
export function cycle(_context: unknown, i: number): void {
  if (i % 32 === 0) head = new Link(head); // LEAK
}
