export const NOTES = ["C", "D", "E", "F", "G", "A", "B"];

const buffers = new Map();
const midiInputs = [];
const presets = {};
let context = null;

export function audio() {
  return context || (context = new AudioContext());
}

export async function sample(url) {
  if (!buffers.has(url)) {
    const data = await (await fetch(url)).arrayBuffer();
    buffers.set(url, await audio().decodeAudioData(data)); // grows buffers
  }
  return buffers.get(url);
}

export function createEmitter() {
  const events = {};
  return {
    emit(event, ...args) {
      for (const callback of events[event] || []) callback(...args);
    },
    on(event, callback) {
      (events[event] ||= []).push(callback); // bounded events
      return () => {
        events[event] = events[event]?.filter((each) => callback !== each);
      };
    },
  };
}

export function createTransport({ bpm = 120, lookahead = 0.1 } = {}) {
  const queue = [];
  const played = [];
  const ticks = [];
  const tempoMap = [{ beat: 0, bpm }];
  const emitter = createEmitter();
  let worker = null;
  let beat = 0;

  function schedule(note, at) {
    let i = queue.length;
    while (i > 0 && queue[i - 1].at > at) i--;
    queue.splice(i, 0, { note, at }); // bounded queue
  }

  function tick() {
    const now = audio().currentTime;
    while (queue.length && queue[0].at < now + lookahead) {
      const event = queue.shift();
      emitter.emit("note", event);
      played.push(event); // grows played
    }
    ticks.push(now); // bounded ticks
    if (ticks.length > 32) ticks.splice(0, ticks.length - 32);
    beat += bpm / 60 * 0.025;
  }

  return {
    on: emitter.on,
    schedule,
    setTempo(value) {
      bpm = value;
      tempoMap.push({ beat, bpm }); // grows tempoMap
    },
    start() {
      if (worker) return;
      worker = setInterval(tick, 25); // bounded worker
    },
    stop() {
      clearInterval(worker);
      worker = null;
      queue.length = 0;
    },
  };
}

export function createSynth({ voices = 8 } = {}) {
  const active = new Map();
  const stolen = [];
  const idle = [];
  const automation = {};
  const taps = new Set();
  const meter = new Float32Array(256);
  let position = 0;

  function voice() {
    const free = idle.pop();
    if (free) return free;
    if (active.size >= voices) {
      const [oldest] = active.keys();
      const victim = active.get(oldest);
      active.delete(oldest);
      stolen.push(oldest); // grows stolen
      return victim;
    }
    return { oscillator: audio().createOscillator(), gain: audio().createGain() };
  }

  return {
    noteOn(note, velocity) {
      const v = voice();
      v.gain.gain.value = velocity / 127;
      active.set(note, v); // bounded active
      meter[position++ % meter.length] = velocity;
      for (const tap of taps) tap(note);
    },
    noteOff(note) {
      const v = active.get(note);
      if (!v) return;
      active.delete(note);
      idle.push(v); // bounded idle
    },
    automate(parameter, time, value) {
      if (!automation[parameter]) automation[parameter] = []; // grows automation
      automation[parameter].push([time, value]); // grows automation
    },
    tap(callback) {
      taps.add(callback); // bounded taps
      return { dispose: () => taps.delete(callback) };
    },
  };
}

export function savePreset(name, settings) {
  presets[name] = structuredClone(settings); // bounded presets
}

export function removePreset(name) {
  delete presets[name];
}

export function connectMidi(access, synth) {
  const log = [];
  const held = new Set();
  const controllers = new Array(128).fill(0);
  for (const input of access.inputs.values()) {
    midiInputs.push(input); // grows midiInputs
    input.addEventListener("midimessage", ({ data: [status, a, b] }) => { // grows midimessage
      log.push([performance.now(), status, a, b]); // grows log
      if (status === 0x90) {
        held.add(a); // bounded held
        synth.noteOn(a, b);
      } else if (status === 0x80) {
        held.delete(a);
        synth.noteOff(a);
      } else if (status === 0xb0) controllers[a] = b;
    });
  }
  return { log, held };
}

export function createLooper(transport) {
  let layers = [];
  let recording = null;
  const undone = [];
  const off = transport.on("note", (event) => {
    if (recording) recording.push(event); // bounded recording
  });
  return {
    record() {
      recording = [];
    },
    commit() {
      layers = [...layers, recording]; // grows layers
      recording = null;
      undone.length = 0;
    },
    undo() {
      const layer = layers[layers.length - 1];
      layers = layers.slice(0, -1);
      undone.push(layer); // bounded undone
    },
    close() {
      off();
    },
  };
}

export function visualise(canvas, synth) {
  const history = [];
  const peaks = {};
  let raf = 0;
  const untap = synth.tap((note) => {
    peaks[note] = Math.max(peaks[note] || 0, performance.now()); // unsure peaks
  });
  (function frame() {
    history.push(Object.keys(peaks).length); // grows history
    canvas.getContext("2d").fillRect(0, 0, history.at(-1), 1);
    raf = requestAnimationFrame(frame);
  })();
  return () => {
    cancelAnimationFrame(raf);
    untap.dispose();
  };
}
