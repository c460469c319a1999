const recent = []; // HOLDER
function attempt(i) {
  try {
    throw new RangeError(`step ${i} rejected`);
  } catch (error) {
    recent.push(error); // LEAK
  }
}
export function cycle(_context, i) {
  attempt(i);
}
