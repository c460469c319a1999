export function cycle() {}
export function validate() {
  throw new Error("the target did not work");
}
