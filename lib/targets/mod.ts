/**
 * What an audit runs: the planted controls.
 *
 * @module
 */
// Planted controls
export { type PlantedControl, plantedControls } from "./planted_controls.ts";
