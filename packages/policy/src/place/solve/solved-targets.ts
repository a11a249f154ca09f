// The programs that a term states, one after another, and the solution in force.

import type { Milliseconds } from '@pareto/core';
import { createContext } from '../context/context.js';
import type { PlacementParams, PlacementSnapshot } from '../../snapshot/snapshot.js';
import type { Solution } from '../../snapshot/solution.js';
import { searchExactly } from './exact/search-exactly.js';
import { formulate, type Formulated } from './formulate.js';
import { isInForce, solveBasis, solveDueAt, type LastProgram } from './solve-due.js';
import type { SolveParams } from './solve-params.js';

/** State carried from one turn to the next. */
export interface SolvedTargets {
  readonly program: LastProgram | undefined;
  readonly solution: Solution | undefined;
  /** The basis of the program that `solution` solves. */
  readonly basis: readonly string[];
}

export const noTargets: SolvedTargets = { program: undefined, solution: undefined, basis: [] };

export interface SolvedTargetsParams {
  readonly placement: PlacementParams;
  readonly firstUnloadMs: Milliseconds;
  readonly solve?: SolveParams;
}

export interface StatedProgram {
  readonly targets: SolvedTargets;
  /** A program whose solution `endProgram` should be given. Undefined if none is due, or if it was searched exactly. */
  readonly program: Formulated | undefined;
  /** Set if a program was due that would have more columns than `maxColumns`. */
  readonly isTooLarge: boolean;
  /** Time from which the next one is due. */
  readonly dueAt: number;
  /** Set if the solution fits the demand and the fleet of now. */
  readonly isCurrent: boolean;
}

/** Programs without a solution after which the last solution is given up for greedy targets, and doublings of the time to the next one. */
const [maxFailures, maxDoublings] = [3, 6];

/** States the program that is due, if one is. The targets of a small fleet are solved right away. */
export function stateProgram(
  targets: SolvedTargets,
  observed: PlacementSnapshot,
  leadingMs: Milliseconds,
  params: SolvedTargetsParams,
): StatedProgram {
  const { solve, placement } = params;
  const snapshot = { ...observed, solution: targets.solution };
  const isRefreshed = isCurrent(targets, snapshot, params);
  const dueAt = programDueAt(targets, snapshot, { leadingMs, isCurrent: isRefreshed }, params);
  const none = { targets, program: undefined, isTooLarge: false, dueAt, isCurrent: isRefreshed };
  if (solve === undefined || snapshot.now < dueAt) return none;
  const program = formulate(createContext(snapshot, placement), solve);
  const exact = solve.exact && program && searchExactly(program, solve.exact);
  const basis = isRefreshed ? targets.basis : solveBasis(snapshot, placement);
  const { failures = 0 } = targets.program ?? {};
  const stated = { ...targets, program: { at: snapshot.now, basis, isRefreshed, isSolved: false, failures } };
  if (program !== undefined && exact === undefined) return { ...none, targets: stated, program, dueAt: Infinity };
  const ended = endProgram(stated, exact, params);
  const isNowCurrent = exact === undefined ? isRefreshed : isCurrent(ended, snapshot, params);
  return {
    ...{ targets: ended, program: undefined, isTooLarge: program === undefined, isCurrent: isNowCurrent },
    dueAt: programDueAt(ended, snapshot, { leadingMs, isCurrent: isNowCurrent }, params),
  };
}

/** Ends the program that was stated last. Without a solution, the one before stays as long as it fits, or for a few programs. */
export function endProgram(
  { program, solution: before, basis }: SolvedTargets,
  solution: Solution | undefined,
  { solve }: Pick<SolvedTargetsParams, 'solve'>,
): SolvedTargets {
  const failures = solution === undefined ? (program?.failures ?? 0) + 1 : 0;
  const ended = program && { ...program, failures, isSolved: true };
  const isRefreshed = program?.isRefreshed === true;
  if (solution === undefined)
    return { program: ended, solution: isRefreshed || failures < maxFailures ? before : undefined, basis };
  const isKept = isRefreshed && before !== undefined;
  return {
    program: ended,
    solution: isKept ? refreshed(before, solution, solve?.relativeGap ?? 0) : solution,
    basis: program?.basis ?? [],
  };
}

/** Returns the solution before with the age and the bound of the next one, unless that one costs less by more than the gap of programs. */
function refreshed(before: Solution, next: Solution, relativeGap: number): Solution {
  const { steadyUsd } = before;
  if (steadyUsd * (1 - relativeGap) > next.steadyUsd) return next;
  const { at, planId } = next;
  const bound = Math.min(steadyUsd, next.steadyUsd - (next.objective - next.bound));
  const source = bound < steadyUsd * (1 - 1e-9) ? 'solved' : before.source;
  return { ...before, at, planId, source, objective: steadyUsd, bound };
}

/** Returns whether so many programs in a row had no solution that targets are greedy. */
export const isGivenUp = ({ program }: SolvedTargets): boolean => (program?.failures ?? 0) >= maxFailures;

/** Returns whether the solution still fits the demand and the fleet of now. */
const isCurrent = (
  { solution, basis }: SolvedTargets,
  snapshot: PlacementSnapshot,
  { solve, placement: { idleMs } }: SolvedTargetsParams,
): boolean =>
  solve !== undefined && solution !== undefined && isInForce(snapshot, solution, basis, { ...solve, idleMs });

/** Returns the time from which a program is due. Infinite while another one is being solved. */
function programDueAt(
  { program, solution }: SolvedTargets,
  snapshot: PlacementSnapshot,
  now: { readonly leadingMs: Milliseconds; readonly isCurrent: boolean },
  { solve, firstUnloadMs }: SolvedTargetsParams,
): number {
  if (solve === undefined || program?.isSolved === false) return Infinity;
  const { at = -Infinity, failures = 0 } = program ?? {};
  // A leader that is new does not know all workers and rates yet.
  const knownAt = snapshot.now - now.leadingMs + firstUnloadMs;
  const nextAt = at + solve.everyMs * 2 ** Math.min(failures, maxDoublings);
  return Math.max(knownAt, nextAt, solveDueAt(snapshot, solution, now.isCurrent, solve));
}
