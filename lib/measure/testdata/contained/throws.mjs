export function cycle(_context, i) {
  if (i === 7) throw new RangeError("gain is NaN");
}
