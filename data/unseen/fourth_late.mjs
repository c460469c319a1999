const words = Array.from({ length: 6000 }, (_, k) => `word ${k} of the late table`);
export const ranks = new Map(words.map((word, k) => [word, { rank: k, word }]));
export const rank = (k) => ranks.get(words[k % words.length]).rank;
