import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv } from "ajv";
import { controllerNames } from "../controllers/mod.ts";
import { gainBounds } from "./gain_bounds.ts";
import { psoSchema } from "./pso_schema.ts";

const validate = new Ajv({ useDefaults: true, strict: true }).compile(psoSchema);

/** Fills in every section, as the configuration does. */
function complete(): any {
  const bounds = Object.fromEntries(controllerNames.map((name) => [name, {}]));
  const pso: any = { cost: { weights: {}, norms: {} }, robust: {}, bounds };
  assert.equal(validate(pso), true, JSON.stringify(validate.errors));
  return pso;
}

test("psoSchema has a valid default for every setting", () => {
  const pso = complete();
  assert.equal(validate(pso), true);
  assert.deepEqual([pso.particles, pso.iterations, pso.inertia], [40, 200, 0.7298]);
  assert.deepEqual(pso.cost.norms, { state: 10, force: 100, force_change: 1000, sigma: 1 });
  assert.deepEqual(pso.bounds, gainBounds);
});

test("psoSchema refuses what makes no sense", () => {
  const cases: ((pso: any) => void)[] = [
    (pso) => pso.particles = 0,
    (pso) => pso.velocity_clamp = 0,
    (pso) => pso.boundary = "wall",
    (pso) => pso.bounds.sta_smc.lower = [1, 2],
    (pso) => pso.robust.plants = 1.5,
    (pso) => pso.swarm = 3,
  ];
  for (const spoil of cases) {
    const pso = complete();
    spoil(pso);
    assert.equal(validate(pso), false, String(spoil));
  }
});
