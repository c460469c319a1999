export function cycle() {}
