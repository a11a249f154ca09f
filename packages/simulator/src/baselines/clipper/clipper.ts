// Clipper: fixed variants on static replicas with adaptive batching.

import type { PolicySetting, QueryServer, ServingPolicy, ServingReplica } from '../../policies/serving-policy.js';
import { createFixedPlanner, type FixedOptions } from '../fixed/fixed.js';
import { createFixedRoute, fixedVariants } from '../fixed/route-fixed.js';
import { largestBatch } from '../options/variant-option.js';
import { defaultAimdParams, nextMaxBatch } from './aimd.js';

export const createClipper = (options: FixedOptions): ServingPolicy => ({
  kind: 'baseline',
  name: `clipper-${options.preference}`,
  plan: (setting) => createFixedPlanner(setting, options),
  serve: (setting) => createClipperServer(setting, options),
});

function createClipperServer(setting: PolicySetting, { preference }: FixedOptions): QueryServer {
  const variants = fixedVariants(setting, preference);
  const limits = new Map(
    variants.flatMap((option) => (option === undefined ? [] : [[option.variant, largestBatch(option)] as const])),
  );
  const maxBatches = new Map<string, number>();
  const maxBatch = ({ id }: ServingReplica): number => maxBatches.get(id) ?? defaultAimdParams.initialBatch;
  return {
    order: 'due',
    route: createFixedRoute(variants),
    batch(replica, now) {
      const { queue } = replica;
      const first = queue.findIndex(({ dueAt }) => dueAt > now);
      if (first !== 0) return { kind: 'drop', count: first < 0 ? queue.length : first };
      return { kind: 'run', count: Math.min(queue.length, maxBatch(replica)) };
    },
    ended(replica, { queries, tookMs: latencyMs }) {
      const objectiveMs = Math.min(...queries.map(({ objective }) => objective.latencyMs));
      const batch = { queries: queries.length, latencyMs, objectiveMs };
      maxBatches.set(replica.id, nextMaxBatch(maxBatch(replica), batch, limits.get(replica.variant) ?? 1));
    },
  };
}
