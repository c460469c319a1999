export function merge(target, extra) {
  for (const [key, value] of Object.entries(extra)) target[key] = value;
  return target;
}
