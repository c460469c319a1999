// The settings that the third set of packages reads anew each cycle.
exports.limits = Array.from(
  { length: 20 },
  (_, k) => ({ name: `limit ${k}`, value: k * 1.5 }),
);
