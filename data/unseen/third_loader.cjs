// What the third set of packages needs of CommonJS: a module that is read anew, and one evaluated anew.
const { readFileSync } = require("node:fs");
const { dirname, sep } = require("node:path");

exports.fresh = (name) => {
  const importFresh = require(name);
  return () => importFresh("./third_config.cjs");
};

exports.reloaded = (name) => {
  const folder = dirname(require.resolve(name)) + sep;
  return () => {
    for (const path of Object.keys(require.cache)) {
      if (path.startsWith(folder)) delete require.cache[path];
    }
    const before = module.children.length;
    const fs = require(name);
    module.children.length = before;
    return fs.existsSync(__filename) && readFileSync(__filename).length;
  };
};
