// The policies that can be simulated, by name: that of production, and the baselines.

import type { ServingPolicy } from '../policies/serving-policy.js';
import { createBaselines } from './baselines.js';

/** The first ones are those of production. */
export const policies: readonly ServingPolicy[] = [
  { kind: 'production', name: 'pareto' },
  { kind: 'production', name: 'pareto-greedy', isGreedy: true },
  { kind: 'production', name: 'pareto-release-hosts', releasesHosts: true },
  { kind: 'production', name: 'pareto-accurate', releasesHosts: true, prefer: 'accuracy' },
  ...createBaselines(),
];

export const policyNames: readonly string[] = policies.map(({ name }) => name);

/** The names of the policies of production. */
export const productionPolicyNames: readonly string[] = policies.flatMap(({ kind, name }) =>
  kind === 'production' ? [name] : [],
);

/** Throws if there is no policy of this name. */
export function policyNamed(name: string): ServingPolicy {
  const policy = policies.find((each) => each.name === name);
  if (policy !== undefined) return policy;
  throw new Error(`there is no policy "${name}"; the policies are ${policyNames.join(', ')}`);
}
