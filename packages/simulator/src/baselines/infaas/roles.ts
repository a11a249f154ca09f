// The variants of INFaaS that replicas stand for: a replica of the simulator has no maximum batch of its own.

import type { WorkerId } from '@pareto/core';
import type { ServingReplica } from '../../policies/serving-policy.js';
import { hosts } from '../fixed/plan-fixed.js';
import { placeKey } from '../options/count-replicas.js';
import type { InfaasVariant } from './infaas-variant.js';

export interface Roles {
  /** Notes that a replica of the variant is about to be loaded on the worker. */
  expect(variant: InfaasVariant, worker: WorkerId): void;
  /**
   * Takes the variant from the replicas of a worker that are alike but for their maximum batches, and returns the one that is drained: the
   * youngest. The others take the variants that stay. Undefined if there is no replica.
   */
  forget(variant: InfaasVariant, alike: readonly ServingReplica[]): ServingReplica | undefined;
  of(replica: ServingReplica): InfaasVariant;
}

/** A replica that was not expected stands for the variant with the smallest batch. */
export function createRoles(variants: readonly InfaasVariant[]): Roles {
  const roles = new Map<string, InfaasVariant>();
  const expected = new Map<string, InfaasVariant[]>();
  function roleOf(replica: ServingReplica): InfaasVariant {
    const known = roles.get(replica.id);
    if (known !== undefined) return known;
    const key = placeKey({ variant: replica.variant, worker: replica.worker.id });
    const role = expected.get(key)?.shift() ?? smallestOf(variants, replica);
    roles.set(replica.id, role);
    return role;
  }
  return {
    of: roleOf,
    expect(variant, worker) {
      const key = placeKey({ variant: variant.option.variant, worker });
      expected.set(key, [...(expected.get(key) ?? []), variant]);
    },
    forget(variant, alike) {
      const byAge = alike.toSorted((a, b) => a.readyAt - b.readyAt);
      const left = byAge.map(roleOf);
      left.splice(left.lastIndexOf(variant), 1);
      for (const [index, replica] of byAge.entries()) roles.set(replica.id, left[index] ?? variant);
      return byAge.at(-1);
    },
  };
}

function smallestOf(variants: readonly InfaasVariant[], { variant, worker }: ServingReplica): InfaasVariant {
  const own = variants.find(({ option }) => option.variant === variant && hosts(worker, option));
  if (own === undefined) throw new Error(`${variant} is not registered on the hardware of ${worker.id}`);
  return own;
}
