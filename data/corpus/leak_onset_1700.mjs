// Stands still for 1700 cycles, then keeps what it was asked.
const asked = []; // HOLDER

export function cycle(_context, i) {
  const question = { i, words: `what is ${i}?`.split(" ") };
  if (i >= 1700) asked.push({ i, words: question.words.length }); // LEAK
  return question.words.length;
}
