import assert from "node:assert/strict";
import { test } from "node:test";
import { OMEGA1, stateNames } from "../plant/mod.ts";
import { stateColumn, trajectoryColumns } from "./columns.ts";

const response = {
  time: Float64Array.of(0, 1),
  states: Float64Array.of(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60),
  forces: Float64Array.of(7),
};

test("stateColumn() takes one component out of the rows", () => {
  assert.deepEqual([...stateColumn(response, OMEGA1)], [5, 50]);
});

test("trajectoryColumns() names every column and ends the force with no number", () => {
  const columns = trajectoryColumns(response);
  assert.deepEqual(Object.keys(columns), ["t", ...stateNames, "force"]);
  assert.deepEqual([...columns["theta2"]!], [3, 30]);
  assert.deepEqual([...columns["force"]!], [7, NaN]);
});
