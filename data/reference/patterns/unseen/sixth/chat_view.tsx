import { createContext, useCallback, useEffect, useReducer, useRef, useState } from "react";

interface Message {
  id: string;
  room: string;
  text: string;
}

type Action =
  | { type: "received"; message: Message }
  | { type: "typing"; user: string }
  | { type: "stopped"; user: string }
  | { type: "cleared" };

interface State {
  messages: Message[];
  typing: string[];
  unread: Record<string, number>;
}

const socket = new WebSocket("wss://chat.example/socket");
const drafts: Record<string, string> = {};
const avatarCache = new Map<string, Promise<string>>();
const seenIds = new Set<string>();
const eventLog: { at: number; kind: string }[] = [];

export const RoomContext = createContext<string>("lobby");

export function reducer(state: State, action: Action): State {
  switch (action.type) {
    case "received":
      return { ...state, messages: [...state.messages, action.message] }; // unsure
    case "typing":
      return { ...state, typing: [...state.typing, action.user] }; // unsure
    case "stopped":
      return { ...state, typing: state.typing.filter((user) => user !== action.user) };
    case "cleared":
      return { ...state, messages: [], unread: {} };
  }
}

export function loadAvatar(user: string): Promise<string> {
  let promise = avatarCache.get(user);
  if (!promise) {
    promise = fetch(`/avatars/${user}`).then((r) => r.text());
    avatarCache.set(user, promise); // grows avatarCache
    promise.catch(() => avatarCache.delete(user));
  }
  return promise;
}

export function track(kind: string): void {
  eventLog.push({ at: Date.now(), kind }); // bounded eventLog
  if (eventLog.length >= 20) {
    navigator.sendBeacon("/events", JSON.stringify(eventLog));
    eventLog.length = 0;
  }
}

export function useSocket(room: string, onMessage: (message: Message) => void): void {
  const attempts = useRef<number[]>([]);
  useEffect(() => {
    const listener = (event: MessageEvent<string>) => {
      const message = JSON.parse(event.data) as Message;
      if (message.room === room && !seenIds.has(message.id)) {
        seenIds.add(message.id); // grows seenIds
        onMessage(message);
      }
    };
    socket.addEventListener("message", listener); // bounded message
    return () => socket.removeEventListener("message", listener);
  }, [room, onMessage]);
  useEffect(() => {
    socket.addEventListener("close", () => { // grows close
      attempts.current.push(Date.now()); // grows attempts
    });
  }, []);
}

export function useClock(): Date {
  const [now, setNow] = useState(new Date());
  useEffect(() => {
    const id = setInterval(() => setNow(new Date()), 1000); // bounded timer
    return () => clearInterval(id);
  }, []);
  return now;
}

export function useIdle(ms: number): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    let timer: number;
    const wake = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = window.setTimeout(() => setIdle(true), ms);
    };
    window.addEventListener("mousemove", wake); // bounded mousemove
    window.addEventListener("keydown", wake); // grows keydown
    return () => {
      window.removeEventListener("mousemove", wake);
      clearTimeout(timer);
    };
  }, [ms]);
  return idle;
}

export function Room({ name }: { name: string }) {
  const [state, dispatch] = useReducer(reducer, { messages: [], typing: [], unread: {} });
  const observer = useRef<IntersectionObserver | null>(null);
  const visible = useRef(new Set<Element>());
  const renders = useRef<number[]>([]);
  const now = useClock();
  const receive = useCallback((message: Message) => dispatch({ type: "received", message }), []);
  useSocket(name, receive);

  useEffect(() => {
    observer.current = new IntersectionObserver((entries) => { // bounded observer
      for (const entry of entries) {
        if (entry.isIntersecting) visible.current.add(entry.target); // bounded visible
        else visible.current.delete(entry.target);
      }
    });
    return () => observer.current?.disconnect();
  }, []);

  useEffect(() => {
    renders.current.push(performance.now()); // bounded renders
    if (renders.current.length > 100) renders.current.shift();
  });

  const edit = (text: string) => {
    drafts[name] = text; // bounded drafts
  };
  const send = () => {
    socket.send(JSON.stringify({ room: name, text: drafts[name] }));
    delete drafts[name];
    track("sent");
  };

  return (
    <section>
      <time>{now.toISOString()}</time>
      <ul>
        {state.messages.map((message) => <li key={message.id}>{message.text}</li>)}
      </ul>
      <input onChange={(event) => edit(event.target.value)} />
      <button onClick={send}>Send</button>
    </section>
  );
}
