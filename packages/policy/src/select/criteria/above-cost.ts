// Excludes candidates above the maximum cost.

import { passes, type Criterion } from './criterion.js';
import { unmeasured } from './unmeasured.js';

const code = 8;

export const aboveCost: Criterion = {
  ...{ name: 'above-cost', code, text: 'too expensive' },
  shortfall: ({ costPer1k }, { maxCostPer1k = 0 }) =>
    costPer1k > maxCostPer1k && maxCostPer1k > 0 ? { unit: 'usd', value: costPer1k - maxCostPer1k } : undefined,
};

export function codeOfCost(cost: number, maxCostPer1k: number | undefined): number {
  if (maxCostPer1k === undefined || cost <= maxCostPer1k) return passes;
  return Number.isNaN(cost) ? unmeasured.code : code;
}
