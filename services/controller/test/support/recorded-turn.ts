// The input of a plan's record, of a cluster without anything.

import { milliseconds, type PlanQuality } from '@pareto/core';
import type { Observed } from '@pareto/policy';
import type { RecordedTurn } from '../../src/history/plan-record.js';

export const emptyObserved: Observed = {
  ...{ now: milliseconds(1_000), tasks: [], architectures: [], served: new Map(), variants: [], rules: [] },
  ...{ warmthRules: [], workers: [], replicas: [], prices: {} },
};

export const greedy: PlanQuality = { source: 'greedy', at: milliseconds(400), planId: 'p' };

export const recordedTurn = (fields: Partial<RecordedTurn> = {}): RecordedTurn => ({
  ...{ planId: 'p', atWallMs: 5, observed: emptyObserved, demand: [], plan: { kept: [], unmet: [] }, actions: [] },
  ...{ quality: greedy, congestion: undefined },
  ...fields,
});
