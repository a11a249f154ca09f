// The optimal targets of a small fleet, without a process.

import type { ProgramRow } from '@pareto/core';
import type { Solution } from '../../../snapshot/solution.js';
import type { Formulated } from '../formulate.js';
import { solutionOf } from '../round-solution.js';
import type { ExactParams } from '../solve-params.js';
import { searchProgram } from './search-program.js';

/** Returns the optimal targets of a fleet with few slots of one hardware class. Undefined for other fleets, and at the limits of the search. */
export function searchExactly(formulated: Formulated, { maxSlots, ...limits }: ExactParams): Solution | undefined {
  const groups = formulated.kinds.flatMap(({ groups: own, workers }) =>
    own.map(({ hardwareClass, slots }) => ({ hardwareClass, slots: slots * workers.length })),
  );
  if (formulated.isRelaxed) return undefined;
  const slots = groups.reduce((sum, own) => sum + own.slots, 0);
  if (slots > maxSlots || new Set(groups.map(({ hardwareClass }) => hardwareClass)).size !== 1) return undefined;
  const { program } = formulated;
  const optimum = searchProgram({ ...program, rows: [...program.rows, ...itemsOfReplicas(formulated)] }, limits);
  if (optimum === undefined) return undefined;
  return solutionOf(formulated, { status: 'optimal', ...optimum, bound: optimum.objective }, 'exact');
}

/**
 * Returns rows that hold for the best integers, and for few of the fractions between them: a place answers at most the rate of a group for
 * each of its replicas. A part of a replica then answers a part of the demand, so that few branches are left.
 */
const itemsOfReplicas = ({ places, rates }: Formulated): readonly ProgramRow[] =>
  places.flatMap(({ replicas, items }) =>
    items.map(({ group, column }) => ({
      ...{ upper: 0, columns: [column, replicas], coefficients: [1, -(rates.get(group) ?? 0)] },
    })),
  );
