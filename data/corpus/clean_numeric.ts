class SuperTwisting {
  z = 0;
  force(x: number, v: number, dt: number): number {
    const s = v + 3 * x;
    this.z -= 1.1 * Math.sign(s) * dt;
    return -1.5 * Math.sqrt(Math.abs(s)) * Math.tanh(s / 0.05) + this.z;
  }
}
export function cycle(): number {
  const controller = new SuperTwisting();
  let [x, v] = [1, 0];
  const trace: number[][] = [];
  for (let k = 0; k < 200; k++) {
    const u = controller.force(x, v, 0.001);
    v += 0.001 * u;
    x += 0.001 * v;
    trace.push([x, v, u]);
  }
  return trace.length;
}
