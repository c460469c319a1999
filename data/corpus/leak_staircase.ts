class Archive {
  readonly chunks: Float64Array[] = []; // HOLDER
  current = new Float64Array(0);
  used = 0;
  append(value: number): void {
    if (this.used === this.current.length) {
      this.current = new Float64Array(2000);
      this.chunks.push(this.current); // LEAK
      this.used = 0;
    }
    this.current[this.used++] = value;
  }
}
const archive = new Archive();
export function cycle(_context: unknown, i: number): void {
  for (let k = 0; k < 8; k++) archive.append(i + k);
}
