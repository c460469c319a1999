/**
 * How bad a growth rate is: by what it adds over a thousand cycles.
 *
 * @module
 */

import type { Severity } from "./results.ts";

/** Limits of severity, MB per 1000 cycles; one MB is 10⁶ bytes. */
export interface SeverityLimits {
  /** A leak from here on is major. Default 10. */
  readonly majorMb?: number;
  /** A leak above is critical. Default 50. */
  readonly criticalMb?: number;
}

const ORDER: readonly Severity[] = ["none", "minor", "major", "critical"];

/** Returns the severity of a leak of this rate, bytes per cycle; no growth is none. */
export function severityOf(bytesPerCycle: number, limits: SeverityLimits = {}): Severity {
  const { majorMb = 10, criticalMb = 50 } = limits;
  const megabytes = bytesPerCycle * 1000 / 1e6;
  if (!(megabytes > 0)) return "none";
  return megabytes > criticalMb ? "critical" : megabytes >= majorMb ? "major" : "minor";
}

/** Returns the worst of some severities; none of nothing. */
export function worstSeverity(severities: readonly Severity[]): Severity {
  return severities.reduce(
    (worst, s) => ORDER.indexOf(s) > ORDER.indexOf(worst) ? s : worst,
    "none",
  );
}
