// Bounds of the first programs of fleets, each from a solve of half an hour, which are stored next to this file.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Formulated } from '@pareto/policy';
import type { Solver } from '@pareto/solver';
import { progress } from '../report.js';
import { firstProgram, type SolvedFleet } from './solved-fleet.js';

interface StoredBound {
  /** Digest of the program. The bound holds for no other one. */
  readonly program: string;
  /** Proven bound of the objective, and the best objective that was found, in USD per hour. */
  readonly bound: number;
  readonly objective: number;
  /** CPU time of the solve. */
  readonly cpuMinutes: number;
}

const file = fileURLToPath(new URL('bounds.json', import.meta.url));
const halfHourMs = 1_800_000;

const readBounds = (): Readonly<Record<string, StoredBound>> =>
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, StoredBound>;

const digestOf = ({ program }: Formulated): string =>
  createHash('sha256').update(JSON.stringify(program)).digest('hex').slice(0, 16);

/** Returns the stored bound of the first program of a fleet. Undefined if the program has changed since. */
export function storedBound(fleet: SolvedFleet): number | undefined {
  const stored = readBounds()[fleet.name];
  return stored?.program === digestOf(firstProgram(fleet)) ? stored.bound : undefined;
}

/** Solves the first program of each fleet for half an hour, and stores the bounds. */
export async function storeBounds(fleets: readonly SolvedFleet[], solver: Solver): Promise<void> {
  const bounds: Record<string, StoredBound> = {};
  for (const fleet of fleets) {
    progress(`${fleet.name}: at most half an hour`);
    const formulated = firstProgram(fleet);
    const limits = { cpuMs: halfHourMs, wallMs: 2 * halfHourMs };
    const outcome = await solver.solve(formulated.program, limits);
    const { objective, bound } =
      outcome.status === 'optimal'
        ? outcome
        : outcome.status === 'out-of-time'
          ? { objective: outcome.incumbent?.objective, bound: outcome.bound }
          : {};
    if (objective === undefined || bound === undefined) throw new Error(`${fleet.name}: ${outcome.status}`);
    const cpuMinutes = ('cpuMs' in outcome ? (outcome.cpuMs ?? 0) : 0) / 60_000;
    bounds[fleet.name] = { program: digestOf(formulated), bound, objective, cpuMinutes };
    progress(`${fleet.name}: between ${bound} and ${objective}`);
  }
  writeFileSync(file, `${JSON.stringify(bounds, undefined, 2)}\n`);
}
