class Camera {
  readonly frames: Uint8Array[] = []; // HOLDER
  grab(i: number): void {
    const frame = new Uint8Array(4096).fill(i & 255);
    this.frames.push(frame); // LEAK
  }
}
export const setup = (): Camera => new Camera();
export function cycle(camera: Camera, i: number): void {
  camera.grab(i);
}
