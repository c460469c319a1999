/**
 * The configuration as the code sees it.
 *
 * @module
 */
import type { AuditSettings } from "../audit/mod.ts";
import type { ControllerName } from "../controllers/mod.ts";
import type {
  BoundaryHandling,
  Bounds,
  CostSettings,
  Robustness,
  Scale,
} from "../optimizer/mod.ts";
import type { PlantModel, PlantParameters } from "../plant/mod.ts";
import type { IntegratorName } from "../simulation/mod.ts";

/** Options of one controller: its gains, and the settings of its law by their names in code. */
export interface ControllerSettings {
  readonly gains: readonly number[];
  readonly [option: string]: unknown;
}

/** A closed-loop run: what `runSimulation` takes where the caller says nothing else. */
export interface SimulationSettings {
  readonly model: PlantModel;
  /** Name or alias of the controller. */
  readonly controller: string;
  readonly integrator: IntegratorName;
  /** Length of the run, s. */
  readonly duration: number;
  /** Step, s. */
  readonly dt: number;
  readonly initialState: readonly number[];
  /** Keeps every how many steps. */
  readonly decimate: number;
  /** Guard: largest energy, J. */
  readonly maxEnergy?: number;
  /** Guard: largest |component| of the state. */
  readonly limits?: readonly number[];
}

/** The tuner: what `tuneGains` takes where the caller says nothing else. */
export interface PsoSettings {
  readonly seed: number;
  readonly particles: number;
  readonly iterations: number;
  readonly inertia: number;
  readonly inertiaLast: number;
  readonly cognitive: number;
  readonly social: number;
  /** Largest velocity as a fraction of the range. */
  readonly velocityClamp: number;
  readonly boundary: BoundaryHandling;
  readonly patience: number;
  readonly tolerance: number;
  readonly scale: Scale;
  /** Length of each simulated run, s. */
  readonly duration: number;
  readonly cost: CostSettings;
  readonly robust: Robustness;
  readonly bounds: Readonly<Record<ControllerName, Bounds>>;
}

/** Everything config.yaml says, defaults filled in, names in camelCase. */
export interface Config {
  readonly physics: PlantParameters;
  readonly controllers: Readonly<Record<ControllerName, ControllerSettings>>;
  readonly simulation: SimulationSettings;
  readonly pso: PsoSettings;
  readonly audit: AuditSettings;
  /** Where it came from: the file, its folder, its text and the hash of that. */
  readonly origin: {
    readonly file: string;
    readonly directory: string;
    readonly text: string;
    readonly sha256: string;
  };
}
