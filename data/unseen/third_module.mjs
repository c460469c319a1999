// A module of the third set that is imported again under ever other queries.
const table = Array.from(
  { length: 30 },
  (_, k) => ({ name: `column ${k}`, width: k * 1.5 }),
);
export const version = new URL(import.meta.url).search;
export const width = (name) => table.find((column) => column.name === name)?.width ?? 0;
