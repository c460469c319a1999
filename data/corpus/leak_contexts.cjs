const vm = require("node:vm");
const sandboxes = []; // HOLDER
exports.cycle = (_context, i) => {
  if (i % 40 !== 0) return;
  sandboxes.push(vm.createContext({ i })); // LEAK
};
