import { computed, onMounted, onScopeDispose, onUnmounted, reactive, ref, shallowRef, watch } from "vue";

type Patch = { type: "direct" | "patch"; storeId: string; payload: unknown };
type Subscriber<S> = (patch: Patch, state: S) => void;

const stores = new Map<string, ReturnType<typeof buildStore>>();
const toasts = reactive<{ id: number; text: string }[]>([]);
const visited = ref<string[]>([]);
const prefetched = new Set<string>();
const scripts: Record<string, Promise<void>> = {};
const shortcuts = new Map<string, (() => void)[]>();
let toastId = 0;

export function useEventListener(target: EventTarget, type: string, handler: EventListener): void {
  onMounted(() => target.addEventListener(type, handler)); // bounded listener
  onUnmounted(() => target.removeEventListener(type, handler));
}

export function useInterval(ms: number) {
  const ticks = ref(0);
  const times: number[] = [];
  const handle = setInterval(() => { // bounded interval
    ticks.value++;
    times.push(performance.now()); // grows times
  }, ms);
  onScopeDispose(() => clearInterval(handle));
  return { ticks, drift: () => times.at(-1)! - times[0]! - ticks.value * ms };
}

export function useOnline() {
  const online = ref(navigator.onLine);
  window.addEventListener("online", () => (online.value = true)); // grows online
  window.addEventListener("offline", () => (online.value = false)); // grows offline
  return online;
}

export function useToasts() {
  const show = (text: string, ms = 3000) => {
    const id = ++toastId;
    toasts.push({ id, text }); // bounded toasts
    setTimeout(() => dismiss(id), ms);
    return id;
  };
  const dismiss = (id: number) => {
    const index = toasts.findIndex((toast) => toast.id === id);
    if (index >= 0) toasts.splice(index, 1);
  };
  return { toasts, show, dismiss };
}

export function useHistory<T>(source: () => T, capacity = Infinity) {
  const undoStack = ref<T[]>([]);
  const redoStack = ref<T[]>([]);
  const stamps: number[] = [];
  const stop = watch(source, (value) => {
    undoStack.value.unshift(value); // bounded undoStack
    if (undoStack.value.length > capacity) undoStack.value.splice(capacity, Infinity);
    redoStack.value = [];
    stamps.push(Date.now()); // grows stamps
  });
  onScopeDispose(stop);
  const undo = () => {
    const value = undoStack.value.shift();
    if (value !== undefined) redoStack.value.unshift(value as never); // bounded redoStack
    return value;
  };
  return { undo, canUndo: computed(() => undoStack.value.length > 0), stamps };
}

export function useShortcut(keys: string, action: () => void): void {
  const actions = shortcuts.get(keys) || [];
  actions.push(action); // bounded shortcuts
  shortcuts.set(keys, actions); // bounded shortcuts
  onUnmounted(() => {
    const rest = (shortcuts.get(keys) || []).filter((each) => each !== action);
    if (rest.length) shortcuts.set(keys, rest);
    else shortcuts.delete(keys);
  });
}

export function loadScript(src: string): Promise<void> {
  if (!scripts[src]) {
    scripts[src] = new Promise((resolve, reject) => { // grows scripts
      const element = document.createElement("script");
      element.src = src;
      element.addEventListener("load", () => resolve());
      element.addEventListener("error", () => reject(new Error(src)));
      document.head.append(element);
    });
  }
  return scripts[src]!;
}

export function prefetch(url: string): void {
  if (prefetched.has(url)) return;
  prefetched.add(url); // grows prefetched
  void fetch(url, { priority: "low" });
}

export function trackRoute(path: string): void {
  visited.value.push(path); // grows visited
}

function buildStore<S extends object>(id: string, initial: () => S) {
  const state = reactive(initial()) as S;
  const subscribers: Subscriber<S>[] = [];
  const actions: Subscriber<S>[] = [];
  const mutations = shallowRef<Patch[]>([]);
  const plugins: string[] = [];

  const notify = (patch: Patch) => {
    mutations.value = [...mutations.value, patch]; // grows mutations
    subscribers.slice().forEach((subscriber) => subscriber(patch, state));
  };

  return {
    id,
    state,
    patch(payload: Partial<S>) {
      Object.assign(state, payload);
      notify({ type: "patch", storeId: id, payload });
    },
    subscribe(callback: Subscriber<S>, detached = false) {
      subscribers.push(callback); // bounded subscribers
      const remove = () => {
        const index = subscribers.indexOf(callback);
        if (index > -1) subscribers.splice(index, 1);
      };
      if (!detached) onScopeDispose(remove);
      return remove;
    },
    onAction(callback: Subscriber<S>) {
      actions.push(callback); // grows actions
    },
    use(plugin: string) {
      plugins.push(plugin); // grows plugins
    },
    reset() {
      Object.assign(state, initial());
    },
  };
}

export function defineStore<S extends object>(id: string, initial: () => S) {
  return () => {
    if (!stores.has(id)) stores.set(id, buildStore(id, initial) as never); // grows stores
    return stores.get(id)!;
  };
}

export function useInfinite<T>(load: (page: number) => Promise<T[]>) {
  const items = shallowRef<T[]>([]);
  const page = ref(0);
  const errors = ref<unknown[]>([]);
  const next = async () => {
    try {
      const more = await load(page.value++);
      items.value = items.value.concat(more); // grows items
    } catch (error) {
      errors.value.push(error); // grows errors
    }
  };
  const refresh = async () => {
    page.value = 0;
    await next();
  };
  return { items, next, refresh };
}

export function useResize(element: { value: Element | null }) {
  const sizes = ref<DOMRectReadOnly[]>([]);
  let observer: ResizeObserver | undefined;
  const stop = watch(() => element.value, (target) => {
    observer?.disconnect();
    if (!target) return;
    observer = new ResizeObserver((entries) => { // bounded observer
      for (const entry of entries) sizes.value = [entry.contentRect, ...sizes.value.slice(0, 9)]; // bounded sizes
    });
    observer.observe(target);
  }, { immediate: true });
  onScopeDispose(() => {
    stop();
    observer?.disconnect();
  });
  return sizes;
}
