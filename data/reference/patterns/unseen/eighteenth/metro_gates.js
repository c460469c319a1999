// Ticket gates of an underground railway: cards, journeys, fares, a list of refused cards.

const net = require('net')
const fs = require('fs')

const STATIONS = ['north', 'market', 'museum', 'harbour']
const surcharges = { 'harbour-museum': 5 }
const open = new Map()
const journeys = []
const refused = new Set()
const entries = Object.fromEntries(STATIONS.map((station) => [station, 0]))
const peak = {}
const gates = {}
let alarms = []
let tail = null

function fare (from, to) {
  const key = [from, to].sort().join('-')
  return surcharges[key] || 2 + Math.abs(STATIONS.indexOf(from) - STATIONS.indexOf(to))
}

function enter (card, station) {
  if (refused.has(card)) return false
  if (station in entries) entries[station] = entries[station] + 1 // bounded entries
  open.set(card, { station, at: Date.now() }) // bounded open
  const hour = new Date().toISOString().slice(0, 13)
  peak[hour] = (peak[hour] || 0) + 1 // grows peak
  return true
}

function leave (card, station) {
  const start = open.get(card)
  if (!start) {
    alarms = alarms.concat({ card, station, kind: 'no entry' }) // bounded alarms
    return null
  }
  open.delete(card)
  const price = fare(start.station, station)
  journeys.push({ card, price, minutes: (Date.now() - start.at) / 60e3 }) // grows journeys
  return price
}

function journal (line) {
  tail = { line, before: tail } // grows tail
}

function Gate (name, socket) {
  this.name = name
  this.socket = socket
  this.buffer = ''
  this.log = []
  socket.on('data', this.receive.bind(this))
}

Gate.prototype.receive = function (chunk) {
  const lines = (this.buffer + chunk).split('\n')
  this.buffer = lines.pop() // bounded buffer
  for (const line of lines) {
    this.log.push(line) // bounded log
    if (this.log.length >= 1000) this.dump()
    const [verb, card, station] = line.split(' ')
    if (verb === 'in') this.socket.write(enter(card, station) ? 'open\n' : 'shut\n')
    else if (verb === 'out') this.socket.write(leave(card, station) === null ? 'shut\n' : 'open\n')
  }
}

Gate.prototype.dump = function () {
  fs.appendFile(`${this.name}.log`, this.log.join('\n'), () => {})
  this.log.length = 0
}

exports.serve = function serve (port, control) {
  const commands = []
  const sampler = { counts: [], sum: 0 }

  control.on('refuse', function (card) { // grows refuse
    refused.add(card) // grows refused
    journal(`refused ${card}`)
  })

  control.addListener('command', queueCommand) // bounded command

  function queueCommand (text) {
    commands.push(text) // bounded commands
    setImmediate(run)
  }

  function run () {
    let command
    while ((command = commands.shift()) !== undefined) {
      for (const name of Object.keys(gates)) gates[name].socket.write(command + '\n')
    }
  }

  const clock = setInterval(function () { // bounded clock
    sampler.counts.push(open.size) // grows counts
    sampler.sum += open.size
  }, 60e3)

  const server = net.createServer(function (socket) {
    socket.once('data', function (hello) {
      const name = String(hello).trim()
      gates[name] = new Gate(name, socket) // bounded gates
      socket.on('close', function () {
        delete gates[name]
      })
    })
  })

  server.on('close', function () {
    clearInterval(clock)
    control.removeListener('command', queueCommand)
  })
  return server.listen(port)
}

exports.settle = function (day) {
  const perCard = {}
  for (const { card, price } of journeys) perCard[card] = (perCard[card] || 0) + price
  const taken = alarms
  alarms = []
  return { day, perCard, alarms: taken }
}
