import React, { Component, createContext, useCallback, useEffect, useReducer, useRef, useState } from "react";

export const KioskContext = createContext(null);

const imageCache = {};
const scans = [];
const idleHandlers = new Set();
let receiptText = "";

export function preload(src) {
  if (!imageCache[src]) {
    const image = new Image();
    image.src = src;
    imageCache[src] = image; // grows imageCache
  }
  return imageCache[src];
}

function basketReducer(basket, action) {
  switch (action.type) {
    case "scan":
      return {
        ...basket,
        lines: [...basket.lines, { sku: action.sku, at: Date.now() }], // bounded lines
        journal: basket.journal.concat(action.sku), // grows journal
      };
    case "void":
      return { ...basket, lines: basket.lines.filter((line) => line.sku !== action.sku) };
    case "pay":
      return { ...basket, lines: [], receipts: [...basket.receipts, basket.lines.length] }; // grows receipts
    default:
      return basket;
  }
}

export function useScanner(onScan) {
  const buffer = useRef("");
  const codes = useRef([]);

  useEffect(() => {
    const onKey = (event) => {
      if (event.key === "Enter") {
        onScan(buffer.current);
        codes.current.push(buffer.current); // grows codes
        scans.push({ code: buffer.current, at: Date.now() }); // grows scans
        buffer.current = "";
      } else {
        buffer.current += event.key; // bounded buffer
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [onScan]);

  return codes;
}

export function useIdle(seconds, onIdle) {
  const touches = useRef([]);
  useEffect(() => {
    let timer = setTimeout(onIdle, seconds * 1000);
    const reset = () => {
      clearTimeout(timer);
      timer = setTimeout(onIdle, seconds * 1000);
      touches.current = [...touches.current, Date.now()].slice(-20); // bounded touches
    };
    window.addEventListener("pointerdown", reset);
    idleHandlers.add(onIdle); // bounded idleHandlers
    return () => {
      clearTimeout(timer);
      window.removeEventListener("pointerdown", reset);
      idleHandlers.delete(onIdle);
    };
  }, [seconds, onIdle]);
}

export function Till({ station, printer }) {
  const [basket, dispatch] = useReducer(basketReducer, { lines: [], journal: [], receipts: [] });
  const [errors, setErrors] = useState([]);
  const [banner, setBanner] = useState(null);
  const [open, setOpen] = useState(() => new Set());

  useEffect(() => {
    station.on("weight", (grams) => { // grows weight
      if (grams > 20_000) setBanner("too heavy");
    });
  }, [station]);

  useEffect(() => {
    const poll = setInterval(() => {
      printer.status().catch((error) => setErrors((known) => [...known, error.message])); // grows errors
    }, 5000);
    return () => clearInterval(poll);
  }, [printer]);

  useEffect(() => {
    setInterval(() => setBanner(null), 60_000); // grows setInterval
  }, []);

  const toggle = useCallback((id) => {
    setOpen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);

  const print = () => {
    const rows = [];
    for (const line of basket.lines) rows.push(line.sku);
    receiptText += rows.join("\n"); // grows receiptText
    printer.print(rows);
  };

  useScanner((sku) => dispatch({ type: "scan", sku }));

  return (
    <KioskContext.Provider value={{ toggle, open }}>
      <button onClick={print}>Print</button>
      {errors.map((error) => <p key={error}>{error}</p>)}
      {banner}
    </KioskContext.Provider>
  );
}

export class CustomerDisplay extends Component {
  state = { messages: [], shown: 0, visits: [] };
  frames = [];
  pending = new Map();

  componentDidMount() {
    this.socket = new WebSocket(this.props.url);
    this.socket.onmessage = (event) => {
      this.frames.push(event.data); // grows frames
      this.setState((state) => ({ messages: [...state.messages, event.data].slice(-5) })); // bounded messages
    };
    window.addEventListener("resize", this.layout);
  }

  componentWillUnmount() {
    window.removeEventListener("resize", this.layout);
    this.socket.close();
  }

  layout = () => {
    this.setState({ visits: this.state.visits.concat(window.innerWidth) }); // grows visits
  };

  ask(question) {
    const id = crypto.randomUUID();
    return new Promise((resolve) => {
      this.pending.set(id, resolve); // bounded pending
      this.socket.send(JSON.stringify({ id, question }));
    });
  }

  answer(id, value) {
    this.pending.get(id)?.(value);
    this.pending.delete(id);
  }

  render() {
    return <ul>{this.state.messages.map((text) => <li key={text}>{text}</li>)}</ul>;
  }
}
