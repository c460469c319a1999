'use strict'

/** A compiler for a style sheet language with variables, mixins and nesting. */

const path = require('path')
const fs = require('fs')

function Source (file, text) {
  this.file = file
  this.lines = text.split('\n')
  this.includedBy = []
}

Source.cache = {}
Source.stale = []

Source.load = function (file) {
  const stat = fs.statSync(file)
  const known = Source.cache[file]
  if (known && known.mtime >= stat.mtimeMs) return known.source
  if (known) Source.stale.push(known.source) // grows stale
  const source = new Source(file, fs.readFileSync(file, 'utf8'))
  Source.cache[file] = { source: source, mtime: stat.mtimeMs } // grows cache
  return source
}

function Scope (parent) {
  this.parent = parent
  this.variables = Object.create(parent ? parent.variables : null)
}

Scope.prototype.define = function (name, value) {
  this.variables[name] = value // unsure variables
  return this
}

function Compiler (options) {
  this.options = Object.assign({ indent: 2, paths: [] }, options)
  this.functions = {}
  this.mixins = new Map()
  this.scopes = []
  this.warnings = []
  this.deprecations = {}
  this.output = []
  this.dependents = new Map()
  this.visitors = []
  this.colors = []
  this.sourceMap = ''
}

Compiler.prototype.fn = function (name, fn) {
  this.functions[name] = fn // grows functions
  return this
}

Compiler.prototype.visitor = function (visitor) {
  var visitors = this.visitors
  visitors.push(visitor) // bounded visitors
  return function remove () {
    var at = visitors.indexOf(visitor)
    if (at > -1) visitors.splice(at, 1)
  }
}

Compiler.prototype.warn = function (message, line) {
  this.warnings.push({ message: message, line: line }) // bounded warnings
}

Compiler.prototype.deprecate = function (feature) {
  if (feature !== '@import' && feature !== '/' && feature !== 'filter') return
  this.deprecations[feature] = (this.deprecations[feature] || 0) + 1 // bounded deprecations
}

Compiler.prototype.scoped = function (body) {
  this.scopes.push(new Scope(this.scopes[this.scopes.length - 1])) // bounded scopes
  try {
    return body.call(this)
  } finally {
    this.scopes.pop()
  }
}

Compiler.prototype.compile = function (file) {
  this.warnings = []
  this.output.length = 0
  this.mixins.clear()
  const source = Source.load(file)
  const text = this.scoped(function () {
    this.rules(source, '')
    return this.output.join('\n')
  })
  this.sourceMap += file + ':' + this.output.length + ';' // grows sourceMap
  for (const visitor of this.visitors) visitor(text)
  return text
}

Compiler.prototype.rules = function (source, prefix) {
  const selectors = [prefix]
  const scope = this.scopes[this.scopes.length - 1]
  source.lines.forEach((raw, number) => {
    const line = raw.trim()
    let match
    if ((match = /^\$(\w+):\s*(.+);$/.exec(line))) {
      scope.define(match[1], this.value(match[2]))
    } else if ((match = /^@mixin (\w+)/.exec(line))) {
      this.mixins.set(match[1], { source, number }) // bounded mixins
    } else if ((match = /^@import "(.+)";$/.exec(line))) {
      this.deprecate('@import')
      this.include(path.resolve(path.dirname(source.file), match[1]), source, prefix)
    } else if (line.endsWith('{')) {
      selectors.push((selectors[selectors.length - 1] + ' ' + line.slice(0, -1)).trim())
    } else if (line === '}') {
      if (selectors.length === 1) this.warn('stray brace', number)
      else selectors.pop()
    } else if (line) {
      this.output.push(selectors[selectors.length - 1] + ' { ' + this.value(line) + ' }') // bounded output
    }
  })
}

Compiler.prototype.include = function (file, from, prefix) {
  const source = Source.load(file)
  if (!source.includedBy.includes(from.file)) source.includedBy.push(from.file) // unsure includedBy
  let users = this.dependents.get(file)
  if (!users) this.dependents.set(file, (users = [])) // grows dependents
  users.push({ file: from.file, at: Date.now() }) // grows users
  this.rules(source, prefix)
}

Compiler.prototype.value = function (text) {
  const scope = this.scopes[this.scopes.length - 1]
  return text.replace(/\$(\w+)/g, (_, name) => scope.variables[name] ?? name).replace(/#[0-9a-f]{6}/gi, (color) => {
    this.colors[this.colors.length] = color // grows colors
    return color.toLowerCase()
  })
}

module.exports = { Compiler, Source }
