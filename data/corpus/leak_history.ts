class Controller {
  integral = 0;
  readonly history: { error: number; force: number }[] = []; // HOLDER
  control(error: number, dt: number): number {
    this.integral += error * dt;
    const force = 2 * error + 0.5 * this.integral;
    this.history.push({ error, force }); // LEAK
    return force;
  }
}
export function setup(): Controller {
  return new Controller();
}
export function cycle(controller: Controller, i: number): void {
  controller.control(Math.sin(i / 50), 0.01);
}
export function validate(controller: Controller): void {
  if (controller.integral === 0) throw new Error("the controller never integrated");
}
