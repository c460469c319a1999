var util = require('util');
var EventEmitter = require('events').EventEmitter;

// Back end of vending machines: stock, sales, refills, prices, technicians.

var machines = {};
var priceRules = [];
var coins = { 10: 0, 20: 0, 50: 0, 100: 0 };
var routes = [];
var seenSerials = {};
var firmware = null;

function Machine(serial, slots) {
  EventEmitter.call(this);
  this.serial = serial;
  this.slots = new Array(slots).fill(0);
  this.sales = [];
  this.jams = {};
  this.temperature = [];
  this.pendingRefunds = [];
  this.tempIndex = 0;
}
util.inherits(Machine, EventEmitter);

Machine.prototype.sell = function (slot, coin) {
  if (!this.slots[slot] || !(coin in coins)) return false;
  this.slots[slot]--;
  coins[coin] += 1;
  this.sales.push([slot, coin, Date.now()]); // bounded sales
  this.emit('sale', slot);
  return true;
};

Machine.prototype.close = function () {
  var day = this.sales.splice(0, this.sales.length);
  return day.length;
};

Machine.prototype.jam = function (slot) {
  if (slot >= this.slots.length) return;
  this.jams[slot] = (this.jams[slot] || 0) + 1; // bounded jams
  if (this.jams[slot] > 2) this.emit('broken', slot);
};

Machine.prototype.measure = function (celsius) {
  this.temperature[this.tempIndex] = celsius;
  this.tempIndex = (this.tempIndex + 1) % 1440;
};

Machine.prototype.refund = function (phone, amount) {
  this.pendingRefunds.push({ phone: phone, amount: amount }); // bounded pendingRefunds
  var self = this;
  process.nextTick(function () {
    var refund = self.pendingRefunds.shift();
    if (refund) self.emit('refund', refund);
  });
};

function Depot(bus) {
  var self = this;
  this.requests = [];
  this.ledger = '';
  this.invoices = [];
  bus.on('machine:online', function (serial) { // grows machine:online
    seenSerials[serial] = true; // grows seenSerials
    self.attach(serial);
  });
  this.onOffline = function (serial) {
    delete machines[serial];
  };
  bus.on('machine:offline', this.onOffline); // bounded machine:offline
  this.bus = bus;
}

Depot.prototype.stop = function () {
  this.bus.removeListener('machine:offline', this.onOffline);
};

Depot.prototype.attach = function (serial) {
  var self = this;
  var machine = machines[serial];
  if (machine) return machine;
  machine = machines[serial] = new Machine(serial, 40); // bounded machines
  machine.on('sale', function (slot) {
    if (machine.slots[slot] < 2) self.requests.push({ serial: serial, slot: slot }); // bounded requests
  });
  machine.on('refund', function (refund) {
    self.ledger += refund.phone + ';' + refund.amount + '\n'; // grows ledger
  });
  return machine;
};

Depot.prototype.plan = function (driver, capacity) {
  var load = this.requests.splice(0, capacity);
  var stops = [];
  for (var i = 0; i < load.length; i++) {
    if (stops.indexOf(load[i].serial) < 0) stops.push(load[i].serial);
  }
  routes.push({ driver: driver, stops: stops }); // grows routes
  return stops;
};

Depot.prototype.closeDay = function () {
  return Object.keys(machines).map(function (serial) {
    return machines[serial].close();
  });
};

Depot.prototype.invoice = function (customer, lines) {
  var invoice = { customer: customer, lines: [], total: 0 };
  lines.forEach(function (line) {
    invoice.lines.push(line.text);
    invoice.total += line.price;
  });
  this.invoices.push(invoice); // grows invoices
  return invoice;
};

exports.rule = function (fn) {
  priceRules = priceRules.concat(fn); // grows priceRules
};

exports.upgrade = function (image) {
  firmware = { image: image, previous: firmware && { image: firmware.image } };
};

exports.Depot = Depot;
