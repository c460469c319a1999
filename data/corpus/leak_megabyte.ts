const images: Float64Array[] = []; // HOLDER
export function cycle(_context: unknown, i: number): void {
  const image = new Float64Array(131_072);
  image.fill(i);
  images.push(image); // LEAK
}
