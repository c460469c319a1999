import assert from "node:assert/strict";
import { test } from "node:test";
import { referenceData } from "../plant/reference_data_test.ts";
import { CALLS } from "./hybrid_adaptive_sta_smc.ts";
import {
  type Controller,
  type ControllerName,
  controllerNames,
  type ControllerOptions,
  createController,
} from "./mod.ts";
import { publicPlant } from "./public_matrices_test.ts";
import { saturate } from "./saturate.ts";

interface TableRow {
  readonly u: number;
  readonly state: number[];
  readonly history: Record<string, number>;
}
interface Table {
  readonly states: number[][];
  readonly variants: {
    readonly label: string;
    readonly parameters: Record<string, unknown>;
    readonly dynamics: string;
    readonly rows: TableRow[];
  }[];
}

/** What the public project calls a signal, and what we do. */
const SIGNALS: Readonly<Record<string, string>> = {
  s: "sigma",
  epsilon_eff: "epsilon",
  u_robust: "u_switch",
  u_sw: "u_switch",
  dK: "K_rate",
};

for (const name of controllerNames) {
  const table = referenceData<Table>(`lab/controls_${name}.json`);
  for (const variant of table.variants) {
    test(`${name} agrees with the reference table to 1e-12: ${variant.label}`, () => {
      const controller = createController(name, optionsOf(name, variant));
      if (variant.label.includes("1500 entries")) controller.law!.signals[CALLS] = 1500;
      for (const [i, row] of variant.rows.entries()) {
        const u = controller.control(Float64Array.from(table.states[i]!));
        close(u, row.u, `u of step ${i}`);
        for (const [key, value] of Object.entries(signalsOf(name, row))) {
          close(signal(controller, SIGNALS[key] ?? key), value, `${key} of step ${i}`);
        }
      }
      assert.equal(variant.rows.length, 200);
    });
  }
}

test("saturate() agrees with the reference values to 1e-12", () => {
  const { rows } = referenceData<
    { rows: { sigma: number; eps: number; tanh: number; linear: number }[] }
  >("lab/saturate.json");
  for (const { sigma, eps, tanh, linear } of rows) {
    close(saturate(sigma, eps, "tanh"), tanh, `tanh(${sigma}, ${eps})`);
    close(saturate(sigma, eps, "linear"), linear, `linear(${sigma}, ${eps})`);
  }
});

function optionsOf(name: ControllerName, variant: Table["variants"][number]): ControllerOptions {
  const {
    recenter_low_thresh,
    recenter_high_thresh,
    smooth_switch,
    use_relative_surface,
    ...rest
  } = variant.parameters;
  const usesPlant = variant.dynamics !== "none";
  const gains = rest["gains"] as number[];
  const isHybrid = name === "hybrid_adaptive_sta_smc";
  return {
    ...rest,
    // The public class fills in its own surface where two gains are given.
    ...(gains.length === 2 && name === "sta_smc" ? { gains: [...gains, 5, 3, 2, 1] } : {}),
    ...(recenter_low_thresh === undefined ? {} : { recenter_low: recenter_low_thresh }),
    ...(recenter_high_thresh === undefined ? {} : { recenter_high: recenter_high_thresh }),
    ...(smooth_switch === undefined ? {} : { switch_method: smooth_switch ? "tanh" : "linear" }),
    ...(isHybrid ? { surface: use_relative_surface ? "public_relative" : "public" } : {}),
    ...(isHybrid && variant.label.startsWith("class defaults")
      ? { sat_soft_width: 0.03, gain_leak: 1e-3 }
      : {}),
    ...(name === "classical_smc" ? { equivalent_form: "public" } : {}),
    ...(usesPlant
      ? {
        enable_equivalent: true,
        plant: publicPlant(variant.dynamics.startsWith("Full") ? "full" : "simplified"),
      }
      : {}),
  };
}

/** Signals of a row under our names; the hybrid's history is from before an emergency. */
function signalsOf(name: ControllerName, { state, history }: TableRow): Record<string, number> {
  if (name === "hybrid_adaptive_sta_smc") {
    const [k1, k2, u_int] = state as [number, number, number];
    return { k1, k2, u_int, sigma: history["s"]! };
  }
  const { u: _u, u_total: _total, ...signals } = history;
  return signals;
}

function signal(controller: Controller, name: string): number {
  const i = controller.telemetry.names.indexOf(name);
  assert.ok(i >= 0, `there is a signal ${name}`);
  return controller.signals[i]!;
}

function close(actual: number, expected: number, what: string): void {
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  assert.ok(error <= 1e-12, `${what}: ${actual} against ${expected}`);
}
