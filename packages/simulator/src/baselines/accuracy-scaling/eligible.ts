// The replicas that can serve a query.

import { groupBy } from '@pareto/core';
import type { ServingQuery, ServingReplica } from '../../policies/serving-policy.js';
import type { Mode, ScalableOption } from './scalable-option.js';

export interface EligibleReplica {
  readonly replica: ServingReplica;
  readonly option: ScalableOption;
  readonly mode: Mode;
}

/** Returns the ready replicas whose option can serve the query. Those that are loading only if none is ready. */
export function listEligible(
  { stream }: ServingQuery,
  replicas: readonly ServingReplica[],
  optionOf: (replica: ServingReplica) => ScalableOption | undefined,
): readonly EligibleReplica[] {
  const eligible = replicas.flatMap((replica): readonly EligibleReplica[] => {
    const option = optionOf(replica);
    const mode = option?.modes[stream];
    return option === undefined || mode === undefined ? [] : [{ replica, option, mode }];
  });
  const ready = eligible.filter(({ replica }) => replica.state === 'ready');
  return ready.length > 0 ? ready : eligible;
}

/** Returns the number of placed replicas of each option. */
export const countByOption = (
  placed: readonly { readonly option: ScalableOption }[],
): ReadonlyMap<ScalableOption, number> =>
  new Map(
    Array.from(
      groupBy(placed, ({ option }) => option),
      ([option, own]) => [option, own.length],
    ),
  );
