/**
 * How a long phase tells how far it is: plain values that a terminal, a notebook or a log shows.
 *
 * @module
 */

/** One report of progress. `done` and `total` count the same unit of work. */
export interface Progress {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly detail?: string;
}

/** Receives reports of progress; it must return soon. */
export type ProgressListener = (progress: Progress) => void;

/** Returns a listener that reports a phase made of `parts` equal parts as one whole, part by part. */
export function partOfProgress(
  listener: ProgressListener | undefined,
  part: number,
  parts: number,
): ProgressListener {
  return ({ label, done, total, detail }) => {
    const share = total > 0 ? done / total : 0;
    const whole = { label, done: part + share, total: parts };
    listener?.(detail === undefined ? whole : { ...whole, detail });
  };
}
