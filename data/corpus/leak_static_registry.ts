class Shape {
  static readonly all: Shape[] = []; // HOLDER
  readonly corners: number[];
  constructor(corners: number) {
    this.corners = new Array(corners).fill(0);
    Shape.all.push(this); // LEAK
  }
}
export function cycle(_context: unknown, i: number): void {
  new Shape(3 + i % 3);
}
