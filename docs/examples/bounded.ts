// Remembers the last hundred answers: the same work with a bound.
const answers = new Map<string, { readonly text: string; readonly at: number }>();

export function cycle(_context: unknown, i: number): void {
  const question = `question ${i}`;
  answers.set(question, { text: `answer ${i}`, at: i });
  if (answers.size > 100) answers.delete(answers.keys().next().value!);
}
