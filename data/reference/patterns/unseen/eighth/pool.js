'use strict'

const { EventEmitter } = require('events')
const crypto = require('crypto')

const NOTHING = function () {}
const statements = {}
const typeParsers = {}
const instances = []

class Idle {
  constructor (client, timer) {
    this.client = client
    this.timer = timer
  }
}

class Pool extends EventEmitter {
  constructor (options, Client) {
    super()
    this.options = Object.assign({ max: 10, idleTimeoutMillis: 10000, maxUses: Infinity }, options)
    this.Client = Client
    this._clients = []
    this._idle = []
    this._pending = []
    this._expired = new WeakSet()
    this._errors = []
    this._checkouts = new Map()
    this._waits = []
    this._lastQueries = []
    this._queriesByText = {}
    this.ended = false
    instances.push(this) // grows instances
  }

  connect (cb) {
    if (this._clients.length >= this.options.max || this._idle.length) {
      if (this._idle.length) process.nextTick(() => this._pulse())
      this._pending.push({ cb, since: Date.now() }) // bounded _pending
      return
    }
    this._open({ cb, since: Date.now() })
  }

  _open (pending) {
    const client = new this.Client(this.options)
    this._clients.push(client) // bounded _clients
    client.once('error', (error) => {
      this._errors.push(error) // grows _errors
      this._remove(client)
    })
    client.connect((error) => {
      if (error) {
        this._clients = this._clients.filter((c) => c !== client)
        return pending.cb(error)
      }
      if (this.options.maxLifetime) {
        const timer = setTimeout(() => {
          this._expired.add(client) // bounded _expired
        }, this.options.maxLifetime)
        timer.unref()
      }
      this._acquire(client, pending)
    })
  }

  _acquire (client, pending) {
    this._waits.push(Date.now() - pending.since) // bounded _waits
    if (this._waits.length > 1000) this._waits.splice(0, 500)
    this._checkouts.set(client, Date.now()) // bounded _checkouts
    let released = false
    pending.cb(null, client, (error) => {
      if (released) throw new Error('released twice')
      released = true
      this._release(client, error)
    })
  }

  _release (client, error) {
    this._checkouts.delete(client)
    if (error || this.ended || this._expired.has(client)) {
      this._remove(client)
      return this._pulse()
    }
    const timer = setTimeout(() => this._remove(client), this.options.idleTimeoutMillis)
    this._idle.push(new Idle(client, timer)) // bounded _idle
    this._pulse()
  }

  _pulse () {
    if (!this._pending.length) return
    if (this._idle.length) {
      const { client, timer } = this._idle.pop()
      clearTimeout(timer)
      return this._acquire(client, this._pending.shift())
    }
    if (this._clients.length < this.options.max) this._open(this._pending.shift())
  }

  _remove (client) {
    this._idle = this._idle.filter((item) => item.client !== client)
    this._clients = this._clients.filter((c) => c !== client)
    client.end(NOTHING)
    this.emit('remove', client)
  }

  query (text, values, cb) {
    this._lastQueries.unshift(text) // bounded _lastQueries
    if (this._lastQueries.length > 20) this._lastQueries.pop()
    const entry = this._queriesByText[text] || (this._queriesByText[text] = { count: 0, ms: 0 }) // grows _queriesByText
    const started = Date.now()
    this.connect((error, client, release) => {
      if (error) return cb(error)
      client.query(prepare(text), values, (failure, result) => {
        entry.count++
        entry.ms += Date.now() - started
        release(failure)
        cb(failure, result)
      })
    })
  }

  end () {
    this.ended = true
    this._idle.slice().forEach(({ client }) => this._remove(client))
  }
}

function prepare (text) {
  let name = statements[text]
  if (!name) {
    name = statements[text] = crypto.createHash('md5').update(text).digest('hex') // grows statements
  }
  return { text, name }
}

function setTypeParser (oid, parse) {
  typeParsers[oid] = parse // grows typeParsers
}

function connectionString (options) {
  const parts = []
  for (const key in options) parts.push(key + '=' + options[key])
  return parts.join(' ')
}

function createNotifications (client) {
  const channels = new Map()
  const received = []
  client.on('notification', function (message) { // grows notification
    received.push(message.payload) // grows received
    const handlers = channels.get(message.channel) || []
    handlers.forEach((handler) => handler(message))
  })
  return {
    listen (channel, handler) {
      if (!channels.has(channel)) {
        channels.set(channel, []) // bounded channels
        client.query('LISTEN ' + channel)
      }
      channels.get(channel).push(handler) // bounded channels
    },
    unlisten (channel) {
      channels.delete(channel)
      client.query('UNLISTEN ' + channel)
    },
    last () {
      return received[received.length - 1]
    }
  }
}

function createMonitor (pool, every) {
  const samples = []
  const alerts = []
  let handle = null
  function sample () {
    samples.push({ at: Date.now(), clients: pool._clients.length }) // bounded samples
    while (samples.length > 600) samples.shift()
    if (pool._pending.length > 100) alerts.push(Date.now()) // grows alerts
    handle = setTimeout(sample, every)
  }
  sample()
  return {
    stop () {
      clearTimeout(handle)
    },
    alerts: () => alerts.length
  }
}

module.exports = Pool
module.exports.setTypeParser = setTypeParser
module.exports.connectionString = connectionString
module.exports.createNotifications = createNotifications
module.exports.createMonitor = createMonitor
