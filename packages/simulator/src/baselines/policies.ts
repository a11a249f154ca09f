// The policies that can be simulated, by name: that of production, and the baselines.

import { ParetoError } from '@pareto/core';
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

/** Throws if there is no policy of this name. */
export function policyNamed(name: string): ServingPolicy {
  const policy = policies.find((each) => each.name === name);
  if (policy !== undefined) return policy;
  throw new Error(`there is no policy "${name}"; the policies are ${policyNames.join(', ')}`);
}

/** Throws `invalid-argument` if production has no policy of this name. */
export function productionPolicy(name: string): ServingPolicy {
  const own = policies.filter(({ kind }) => kind === 'production');
  const policy = own.find((each) => each.name === name);
  if (policy !== undefined) return policy;
  const expected = own.map((each) => each.name).join(', ');
  throw new ParetoError('invalid-argument', `a cluster has no policy "${name}": expected one of ${expected}`);
}
