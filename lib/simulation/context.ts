/**
 * A context holds what a series of simulations needs: configuration, plant, controllers and
 * engines; `dispose` releases everything that was made or registered.
 *
 * @module
 */

import {
  type Controller,
  type ControllerOptions,
  createController,
  resolveControllerName,
} from "../controllers/mod.ts";
import { createPlant, type Plant, type PlantModel, readValues } from "../plant/mod.ts";
import { createEngine, type Engine, type EngineName } from "./engines.ts";
import { runSimulation } from "./run_simulation.ts";
import { simulationSchema } from "./schema.ts";
import type { SimulationOptions } from "./simulation_options.ts";
import type { IntegratorName } from "./integrator.ts";
import type { Trajectory } from "./trajectory.ts";

/** The laboratory's part of a configuration; keys in the spelling of code or of config.yaml. */
export interface LaboratoryConfig {
  readonly physics?: object;
  /** Options of controllers by their names. */
  readonly controllers?: Readonly<Record<string, object>>;
  readonly simulation?: object;
}

/** What a context can release. */
export interface Releasable {
  cleanup(): void;
}

interface Settings {
  readonly model: PlantModel;
  readonly controller: string;
  readonly integrator: IntegratorName;
  readonly duration: number;
  readonly dt: number;
  readonly initialState: ArrayLike<number>;
  readonly decimate: number;
  readonly maxEnergy?: number;
  readonly limits?: ArrayLike<number>;
}

/** Configuration, plant, controllers and engines of a series of simulations. */
export class SimulationContext {
  readonly #config: LaboratoryConfig;
  readonly #settings: Settings;
  readonly #components: Set<Releasable> = new Set();
  readonly #engines: Map<EngineName, Engine> = new Map();
  #plant: Plant | null;

  /**
   * Creates a context.
   *
   * @throws {RangeError} Where the configuration has an unknown key or a value out of range.
   */
  constructor(config: LaboratoryConfig = {}) {
    this.#config = config;
    this.#settings = readValues(
      "simulate",
      simulationSchema,
      config.simulation,
    ) as unknown as Settings;
    this.#plant = createPlant(this.#settings.model, config.physics);
  }

  /** The plant of the configuration. */
  get plant(): Plant {
    if (this.#plant === null) {
      throw new Error("Cannot use a simulation context as it was released by dispose()");
    }
    return this.#plant;
  }

  /** Number of components that are registered. */
  get size(): number {
    return this.#components.size;
  }

  /** Returns a new controller with the options of the configuration; the context releases it. */
  createController(
    name: string = this.#settings.controller,
    options: ControllerOptions = {},
  ): Controller {
    const key = resolveControllerName(name);
    const config = { ...this.#config.controllers?.[key] };
    const controller = createController(key, { plant: this.plant, ...options, config });
    return this.register(controller);
  }

  /** Returns an engine; the same one for the same name. */
  engine(name: EngineName): Engine {
    void this.plant;
    const engine = this.#engines.get(name) ?? createEngine(name);
    this.#engines.set(name, engine);
    return engine;
  }

  /** Registers a component, so that `dispose` releases it, and returns it. */
  register<T extends Releasable>(component: T): T {
    void this.plant;
    this.#components.add(component);
    return component;
  }

  /** Releases one component now. */
  release(component: Releasable): void {
    if (this.#components.delete(component)) component.cleanup();
  }

  /** Returns the trajectory of a run with the configuration's settings, changed by `options`. */
  simulate(options: Partial<SimulationOptions> = {}): Trajectory {
    const { maxEnergy, limits, model: _model, controller: _name, ...settings } = this.#settings;
    const own = options.controller === undefined ? this.createController() : undefined;
    try {
      return runSimulation({
        ...settings,
        guards: {
          ...(maxEnergy === undefined ? {} : { maxEnergy }),
          ...(limits === undefined ? {} : { limits }),
        },
        plant: this.plant,
        controller: own!,
        ...options,
      });
    } finally {
      if (own !== undefined) this.release(own);
    }
  }

  /**
   * Releases all components, engines and the plant. May be called again.
   *
   * @throws The error of a component that could not be released; all others are, all the same.
   */
  dispose(): void {
    const errors: unknown[] = [];
    for (const component of this.#components) {
      try {
        component.cleanup();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#components.clear();
    this.#engines.clear();
    this.#plant = null;
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, "Cannot release some components");
  }

  /** The same as `dispose()`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
