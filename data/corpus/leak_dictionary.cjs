const usersById = {}; // HOLDER
function login(id) {
  usersById["user-" + id] = { id, rights: [1, 2, 3] }; // LEAK
}
exports.cycle = (_context, i) => login(i);
