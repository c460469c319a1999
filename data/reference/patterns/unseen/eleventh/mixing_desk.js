'use strict';

const { EventEmitter } = require('events');

const MAX_CLIPS = 32;
const buses = {};
const impulseResponses = new Map();
const meterSubscribers = [];
let sessionNotes = '';
let nextTrack = 0;

function createTrack(context, desk) {
  const automation = [];
  const inserts = [];
  const clips = [];
  const peaks = [];
  let solo = false;
  let takes = [];
  const id = ++nextTrack;

  const analyser = context.createAnalyser();
  const meter = setInterval(() => {
    const frame = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(frame);
    peaks.push(Math.max(...frame)); // bounded peaks
    if (peaks.length > 200) peaks.shift();
    meterSubscribers.forEach((fn) => fn(id, peaks[peaks.length - 1]));
  }, 40);

  desk.on('tempo', (bpm) => automation.push({ at: context.currentTime, bpm })); // grows tempo

  return {
    id,
    insert(effect) {
      inserts.push(effect); // bounded inserts
      return () => inserts.splice(inserts.indexOf(effect), 1);
    },
    automate(parameter, value) {
      automation.push({ at: context.currentTime, parameter, value }); // grows automation
    },
    record(take) {
      takes = takes.concat([take]); // grows takes
    },
    launch(clip) {
      if (clips.length >= MAX_CLIPS) return false;
      clips.push(clip); // bounded clips
      return true;
    },
    toggleSolo() {
      solo = !solo;
    },
    remove() {
      clearInterval(meter);
      inserts.length = 0;
    },
  };
}

class Desk extends EventEmitter {
  constructor(context) {
    super();
    this.context = context;
    this.tracks = [];
    this.undo = [];
    this.redo = [];
    this.markers = [];
    this.midiMap = Object.create(null);
    this.latencies = new Float32Array(128);
    this.latencyAt = 0;
    this.log = [];
    this.voices = new Set();
    this.nowPlaying = {};
    this.sends = {};
    this._onVisibility = () => this.context.suspend();
    document.addEventListener('visibilitychange', this._onVisibility);
    window.addEventListener('blur', () => this.flushMarkers()); // grows blur
  }

  addTrack() {
    const track = createTrack(this.context, this);
    this.tracks.push(track); // bounded tracks
    this.apply({ kind: 'add', id: track.id });
    return track;
  }

  removeTrack(id) {
    const at = this.tracks.findIndex((track) => track.id === id);
    if (at < 0) return;
    this.tracks[at].remove();
    this.tracks.splice(at, 1);
    this.apply({ kind: 'remove', id });
  }

  apply(action) {
    this.undo.push(action); // grows undo
    this.redo = [];
    this.emit('change', action);
  }

  stepBack() {
    const action = this.undo.pop();
    if (action) this.redo.push(action); // bounded redo
  }

  play(note, velocity) {
    const source = this.context.createOscillator();
    const voice = { note, velocity, source };
    this.voices.add(voice); // bounded voices
    source.onended = () => this.voices.delete(voice);
    source.start();
    this.nowPlaying[note % 12] = velocity;
    this.latencies[this.latencyAt] = this.context.baseLatency;
    this.latencyAt = (this.latencyAt + 1) % this.latencies.length;
  }

  learn(controller, parameter) {
    this.midiMap[controller] = parameter; // grows midiMap
  }

  mark(text) {
    this.markers.push({ text, at: this.context.currentTime }); // bounded markers
    sessionNotes += text + '\n'; // grows sessionNotes
  }

  flushMarkers() {
    const done = this.markers;
    this.markers = [];
    for (const marker of done) this.log.push(`${marker.at}: ${marker.text}`); // grows log
  }

  send(from, to, gain) {
    const row = this.sends[from] || (this.sends[from] = {}); // grows sends
    row[to] = gain; // grows sends
  }

  close() {
    document.removeEventListener('visibilitychange', this._onVisibility);
    for (const track of this.tracks) track.remove();
    this.tracks = [];
  }
}

async function loadImpulse(context, url) {
  if (impulseResponses.has(url)) return impulseResponses.get(url);
  const response = await fetch(url);
  const buffer = await context.decodeAudioData(await response.arrayBuffer());
  impulseResponses.set(url, buffer); // grows impulseResponses
  return buffer;
}

function bus(context, name) {
  if (!buses[name]) {
    buses[name] = context.createGain(); // grows buses
  }
  return buses[name];
}

function onMeter(fn) {
  meterSubscribers.push(fn); // bounded meterSubscribers
  return function unsubscribe() {
    const index = meterSubscribers.indexOf(fn);
    if (index !== -1) meterSubscribers.splice(index, 1);
  };
}

function envelope(points) {
  const out = [];
  for (let i = 1; i < points.length; i++) {
    for (let k = 0; k < 16; k++) out.push(points[i - 1] + (points[i] - points[i - 1]) * k / 16);
  }
  return out;
}

module.exports = { Desk, loadImpulse, bus, onMeter, envelope };
