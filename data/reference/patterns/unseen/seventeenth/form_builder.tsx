import React, { createContext, useCallback, useContext, useEffect, useMemo, useReducer, useRef, useState } from "react";

type FieldKind = "text" | "number" | "choice";

interface Field {
  id: string;
  kind: FieldKind;
  label: string;
  options: string[];
}

interface BuilderState {
  fields: Field[];
  selected: string | null;
  past: Field[][];
  changes: string[];
}

type Action =
  | { type: "add"; field: Field }
  | { type: "remove"; id: string }
  | { type: "rename"; id: string; label: string }
  | { type: "undo" }
  | { type: "load"; fields: Field[] };

const HISTORY = 40;
const validators: Partial<Record<FieldKind, (value: string) => string | null>> = {};
const labelWidths = new Map<string, number>();
const submitted: unknown[] = [];

export function setValidator(kind: FieldKind, validator: (value: string) => string | null): void {
  validators[kind] = validator; // bounded validators
}

export function measure(label: string, context: CanvasRenderingContext2D): number {
  const known = labelWidths.get(label);
  if (known !== undefined) return known;
  const { width } = context.measureText(label);
  labelWidths.set(label, width); // grows labelWidths
  return width;
}

export function builder(state: BuilderState, action: Action): BuilderState {
  switch (action.type) {
    case "add":
      return {
        ...state,
        past: [...state.past, state.fields].slice(-HISTORY), // bounded past
        fields: [...state.fields, action.field], // bounded fields
        changes: [...state.changes, `add ${action.field.id}`], // grows changes
      };
    case "remove":
      return {
        ...state,
        past: state.past.concat([state.fields]).slice(-HISTORY), // bounded past
        fields: state.fields.filter((field) => field.id !== action.id),
      };
    case "rename":
      return {
        ...state,
        fields: state.fields.map((field) => (field.id === action.id ? { ...field, label: action.label } : field)),
        changes: state.changes.concat(`rename ${action.id}`), // grows changes
      };
    case "undo": {
      const past = state.past.slice();
      const fields = past.pop() ?? state.fields;
      return { ...state, past, fields };
    }
    case "load":
      return { ...state, fields: action.fields, past: [], selected: null };
  }
}

const BuilderContext = createContext<React.Dispatch<Action>>(() => undefined);

export function useAutosave(fields: Field[], save: (fields: Field[]) => Promise<void>): number {
  const [saves, setSaves] = useState<number[]>([]);
  const failures = useRef<Error[]>([]);

  useEffect(() => {
    const timer = setTimeout(async () => {
      try {
        await save(fields);
        setSaves((before) => [Date.now(), ...before].slice(0, 5)); // bounded saves
      } catch (error) {
        failures.current.push(error as Error); // grows failures
      }
    }, 800);
    return () => clearTimeout(timer);
  }, [fields, save]);

  return saves.length;
}

export function useShortcuts(dispatch: React.Dispatch<Action>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey && event.key === "z") dispatch({ type: "undo" });
    };
    window.addEventListener("keydown", onKey); // bounded keydown
    return () => window.removeEventListener("keydown", onKey);
  }, [dispatch]);

  useEffect(() => {
    window.addEventListener("beforeunload", (event) => event.preventDefault()); // grows beforeunload
  }, [dispatch]);
}

function FieldRow({ field }: { field: Field }) {
  const dispatch = useContext(BuilderContext);
  const [value, setValue] = useState("");
  const keystrokes = useRef<{ at: number; length: number }[]>([]);
  const problem = useMemo(() => validators[field.kind]?.(value) ?? null, [field.kind, value]);

  const onChange = useCallback((event: React.ChangeEvent<HTMLInputElement>) => {
    keystrokes.current = keystrokes.current.concat({ at: Date.now(), length: event.target.value.length }); // grows keystrokes
    setValue(event.target.value);
  }, []);

  return (
    <li>
      <input value={field.label} onChange={(event) => dispatch({ type: "rename", id: field.id, label: event.target.value })} />
      <input value={value} onChange={onChange} />
      <button onClick={() => dispatch({ type: "remove", id: field.id })}>Remove</button>
      {problem && <em>{problem}</em>}
    </li>
  );
}

export function FormBuilder({ initial, save }: { initial: Field[]; save: (fields: Field[]) => Promise<void> }) {
  const [state, dispatch] = useReducer(builder, { fields: initial, selected: null, past: [], changes: [] });
  const [ticks, setTicks] = useState(0);
  useShortcuts(dispatch);
  const saves = useAutosave(state.fields, save);

  useEffect(() => {
    const id = window.setInterval(() => setTicks((before) => before + 1), 1000); // bounded id
    return () => window.clearInterval(id);
  }, []);

  const submit = () => {
    const body: Record<string, string> = {};
    for (const field of state.fields) body[field.id] = field.label;
    submitted.push(body); // grows submitted
    return fetch("/forms", { method: "POST", body: JSON.stringify(body) });
  };

  return (
    <BuilderContext.Provider value={dispatch}>
      <ol>{state.fields.map((field) => <FieldRow key={field.id} field={field} />)}</ol>
      <button onClick={submit}>Publish ({saves} saves, {ticks} s)</button>
    </BuilderContext.Provider>
  );
}
