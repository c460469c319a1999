/**
 * Sees resizable ArrayBuffers grow in place, of which V8's counters know the first size only.
 *
 * @module
 */

/** Watches the buffers that this process resizes from now on. */
export interface ResizeWatch {
  /** Returns the bytes of buffers that were resized, where V8 does not count them itself. */
  size(): number;
}

/** As much of a resizable buffer as is used here. */
interface Resizable {
  readonly byteLength: number;
}
type Resize = (this: Resizable, length: number) => void;

const PROBE_BYTES = 2 ** 20;

// Declared here, since the standard library of ES2022 does not know them.
const prototypes = [ArrayBuffer.prototype, SharedArrayBuffer.prototype] as unknown as Record<
  string,
  Resize | undefined
>[];

/** Starts to watch, by standing between the target and the methods that resize. */
export function watchResizing(): ResizeWatch {
  const isCounted = countsResizing();
  const buffers: WeakRef<Resizable>[] = [];
  const known = new WeakSet<Resizable>();
  const note = (buffer: Resizable): void => {
    if (known.has(buffer)) return;
    known.add(buffer);
    buffers.push(new WeakRef(buffer));
  };
  for (const [index, method] of ["resize", "grow"].entries()) {
    const prototype = prototypes[index] as Record<string, Resize | undefined>;
    const original = prototype[method];
    if (original === undefined || isCounted) continue;
    const watched = {
      [method](this: Resizable, length: number): void {
        original.call(this, length);
        note(this);
      },
    };
    Object.defineProperty(prototype, method, { value: watched[method] });
  }
  return { size: () => sum(buffers) };
}

/** Whether V8 counts a buffer as large as it has become. */
function countsResizing(): boolean {
  const options = { maxByteLength: PROBE_BYTES };
  const Buffers = ArrayBuffer as unknown as new (length: number, options: object) => Resizable;
  const before = process.memoryUsage().arrayBuffers;
  const probe = new Buffers(0, options);
  prototypes[0]?.["resize"]?.call(probe, PROBE_BYTES);
  return process.memoryUsage().arrayBuffers - before >= PROBE_BYTES;
}

/** Sums over the buffers that are still there; drops the references to others, in place. */
function sum(buffers: WeakRef<Resizable>[]): number {
  let total = 0;
  let kept = 0;
  for (let k = 0; k < buffers.length; k++) {
    const reference = buffers[k] as WeakRef<Resizable>;
    const buffer = reference.deref();
    if (buffer === undefined) continue;
    buffers[kept++] = reference;
    total += buffer.byteLength;
  }
  buffers.length = kept;
  return total;
}
