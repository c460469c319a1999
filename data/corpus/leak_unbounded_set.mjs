const seen = new Set(); // HOLDER
function remember(message) {
  seen.add(message); // LEAK
}
export function cycle(_context, i) {
  remember({ id: i, text: "m" });
}
