/**
 * An animation of a cart with two links: a Plotly figure with frames, a play button and a slider.
 *
 * @module
 */
import { createFigure, type Figure, type Trace } from "./figure.ts";
import { seriesColours } from "./theme.ts";

/** What is animated. */
export interface PendulumMotion {
  /** Times of the rows, s. */
  readonly time: ArrayLike<number>;
  /** States by rows of six: x, theta1 from upright, theta2 relative to link 1, then rates. */
  readonly states: ArrayLike<number>;
  /** Length of link 1, m. */
  readonly length1: number;
  /** Length of link 2, m. */
  readonly length2: number;
}

/** How it is shown. */
export interface PendulumFigureOptions {
  /** Pictures in all. Default 60. */
  readonly frames?: number;
  /** Last time that is shown, s; the motion's end where absent. */
  readonly until?: number;
}

const ROW = 6;
const CART_WIDTH = 0.24; // m
const CART_HEIGHT = 0.1; // m
const FRAME_MS = 60;

/** Returns an animation of a motion, drawn to scale. */
export function pendulumFigure(
  motion: PendulumMotion,
  options: PendulumFigureOptions = {},
): Figure {
  const rows = pickRows(motion.time, options);
  const poses = rows.map((row) => poseOf(motion, row));
  const labels = rows.map((row) => `${motion.time[row]!.toFixed(2)} s`);
  const reach = motion.length1 + motion.length2 + CART_WIDTH / 2;
  const xs = poses.flat().flatMap((trace) => trace["x"] as number[]);
  const range = [Math.min(...xs, -reach), Math.max(...xs, reach)];
  const figure = createFigure(poses[0]!, {
    x: "position along the rail [m]",
    y: "height above the cart [m]",
    layout: {
      xaxis: { range },
      yaxis: { range: [-1.4 * CART_HEIGHT, 1.1 * reach], scaleanchor: "x" },
      showlegend: false,
      margin: { b: 110 },
      updatemenus: [buttons()],
      sliders: [slider(labels)],
    },
  });
  return { ...figure, frames: poses.map((data, i) => ({ name: labels[i], data })) };
}

/** Rows evenly spread over the time that is shown. */
function pickRows(time: ArrayLike<number>, options: PendulumFigureOptions): readonly number[] {
  const { frames = 60, until = Infinity } = options;
  let last = time.length - 1;
  while (last > 0 && time[last]! > until) last--;
  const count = Math.min(frames, last + 1);
  return Array.from({ length: count }, (_, i) => Math.round(i * last / Math.max(1, count - 1)));
}

/** Traces of one picture: rail, cart, links. */
function poseOf({ states, length1, length2 }: PendulumMotion, row: number): readonly Trace[] {
  const [x, theta1, theta2] = [0, 1, 2].map((i) => states[row * ROW + i]!) as [
    number,
    number,
    number,
  ];
  const joint = [x + length1 * Math.sin(theta1), length1 * Math.cos(theta1)] as const;
  const absolute = theta1 + theta2;
  const tip = [
    joint[0] + length2 * Math.sin(absolute),
    joint[1] + length2 * Math.cos(absolute),
  ] as const;
  const half = CART_WIDTH / 2;
  return [
    {
      type: "scatter",
      mode: "lines",
      name: "cart",
      x: [x - half, x + half, x + half, x - half, x - half],
      y: [-CART_HEIGHT, -CART_HEIGHT, 0, 0, -CART_HEIGHT],
      fill: "toself",
      line: { color: seriesColours[5] },
    },
    link("link 1", [x, 0], joint, seriesColours[0]!),
    link("link 2", joint, tip, seriesColours[1]!),
  ];
}

function link(
  name: string,
  from: readonly [number, number],
  to: readonly [number, number],
  color: string,
): Trace {
  return {
    type: "scatter",
    mode: "lines+markers",
    name,
    x: [from[0], to[0]],
    y: [from[1], to[1]],
    line: { color, width: 6 },
    marker: { color, size: 10 },
  };
}

function buttons(): Readonly<Record<string, unknown>> {
  const timing = { duration: FRAME_MS, redraw: false };
  const play = { frame: timing, transition: { duration: 0 }, fromcurrent: true };
  return {
    type: "buttons",
    direction: "left",
    x: 0,
    y: -0.22,
    xanchor: "left",
    yanchor: "top",
    showactive: false,
    buttons: [
      { label: "Play", method: "animate", args: [null, play] },
      { label: "Pause", method: "animate", args: [[null], { mode: "immediate" }] },
    ],
  };
}

function slider(labels: readonly string[]): Readonly<Record<string, unknown>> {
  const now = { mode: "immediate", frame: { duration: 0, redraw: false } };
  return {
    x: 0.2,
    len: 0.8,
    y: -0.16,
    currentvalue: { prefix: "time " },
    steps: labels.map((label) => ({
      label,
      method: "animate",
      args: [[label], { ...now, transition: { duration: 0 } }],
    })),
  };
}
