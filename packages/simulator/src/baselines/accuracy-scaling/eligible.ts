// The replicas that can serve a query.

import type { ServingQuery, ServingReplica } from '../../policies/serving-policy.js';
import type { Mode, OptionOf, ScalableOption } from './scalable-option.js';

export interface EligibleReplica {
  readonly replica: ServingReplica;
  readonly option: ScalableOption;
  readonly mode: Mode;
}

/** Returns the ready replicas whose option can serve the query. Those that are loading only if none is ready. */
export function listEligible(
  { stream }: ServingQuery,
  replicas: readonly ServingReplica[],
  optionOf: OptionOf,
): readonly EligibleReplica[] {
  const eligible: EligibleReplica[] = [];
  for (const replica of replicas) {
    const option = optionOf(replica);
    const mode = option?.modes[stream];
    if (option !== undefined && mode !== undefined) eligible.push({ replica, option, mode });
  }
  const ready = eligible.filter(({ replica }) => replica.state === 'ready');
  return ready.length > 0 ? ready : eligible;
}
