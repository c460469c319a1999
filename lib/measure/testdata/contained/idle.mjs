export function cycle() {}
export function validate() { throw new Error("the plant never moved"); }
