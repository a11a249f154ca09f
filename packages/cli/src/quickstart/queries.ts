// The quick start's queries: what each asks for, and what must hold of its answer.

import type { wire } from '@pareto/rpc';
import { formatUsd } from '../format.js';

/** What the fleet has to offer, as it was measured: the queries aim at it, so that they fit any machine. */
export interface Frontier {
  readonly task: string;
  /** Each cheaper than the next and less accurate; never empty. The others are worse than one of these in both. */
  readonly variants: readonly [Offer, ...Offer[]];
}

interface Offer {
  readonly variant: string;
  readonly accuracy: number;
  readonly costPer1k: number;
}

export interface Query {
  readonly asked: string;
  /** The typed call, the Open Inference Protocol, or a question without inputs. */
  readonly via: 'infer' | 'oip' | 'whatif';
  readonly target: string;
  readonly objective: wire.ObjectiveInput | null;
  readonly items: number;
  readonly expect: Expectation;
}

type Expectation =
  | { readonly kind: 'answer'; readonly by?: string; readonly degraded?: boolean }
  | { readonly kind: 'refusal' }
  | { readonly kind: 'feasible'; readonly feasible: boolean };

/** Undefined when nothing was measured. */
export function findFrontier(task: string, measured: readonly wire.Variant[]): Frontier | undefined {
  const [cheapest, ...others] = measured
    .filter((variant) => variant.costPer_1k > 0)
    .map(({ name: variant, costPer_1k: costPer1k, measurements }): Offer => {
      return { variant, accuracy: measurements[0]?.accuracy?.value ?? 0, costPer1k };
    })
    .toSorted((a, b) => a.costPer1k - b.costPer1k || b.accuracy - a.accuracy);
  if (cheapest === undefined) return undefined;
  const variants: [Offer, ...Offer[]] = [cheapest];
  for (const offer of others) if (offer.accuracy > (variants.at(-1)?.accuracy ?? 0)) variants.push(offer);
  return { task, variants };
}

const percent = (fraction: number): string => `${Number((fraction * 100).toFixed(2))} %`;

/** The roundest floor that one meets and the next less accurate does not. */
function floorBetween(below: number, accuracy: number): number {
  for (const digits of [2, 3]) {
    const floor = Math.floor(accuracy * 10 ** digits) / 10 ** digits;
    if (floor > below) return floor;
  }
  return accuracy;
}

const answer: Expectation = { kind: 'answer' };
const by = (variant: string): Expectation => ({ kind: 'answer', by: variant });

/** Long enough for a variant that has to be loaded first. */
const patientMs = 10_000;

export function planQueries({ task, variants }: Frontier): readonly Query[] {
  const [cheapest] = variants;
  const best = variants.at(-1) ?? cheapest;
  const high = floorBetween(variants.at(-2)?.accuracy ?? 0, best.accuracy);
  const query = (asked: string, rest: Partial<Query>): Query => ({
    ...{ asked, via: 'infer', target: task, objective: null, items: 1, expect: answer },
    ...rest,
  });
  return [
    query('the task, nothing else', {}),
    query('the task, by the open protocol', { via: 'oip' }),
    query('within 250 ms', { objective: { latencyMs: 250 } }),
    query('95 % right by the lower bound', {
      objective: { minAccuracy: 0.95, accuracyBound: 'LOWER95', latencyMs: 500 },
    }),
    ...variants.slice(1, -1).map(({ variant, accuracy, costPer1k }, i) => {
      const floor = floorBetween(variants[i]?.accuracy ?? 0, accuracy);
      const objective = { minAccuracy: floor, maxCostPer_1k: costPer1k, latencyMs: patientMs };
      return query(`${percent(floor)} right, for ${formatUsd(costPer1k)}/1k`, { objective, expect: by(variant) });
    }),
    query(`${percent(high)} right, within 500 ms`, { objective: { minAccuracy: high, latencyMs: 500 } }),
    query('16 images in one batch', { objective: { latencyMs: 1_000 }, items: 16 }),
    query(`the variant ${best.variant}`, {
      ...{ target: best.variant, objective: { latencyMs: patientMs }, expect: by(best.variant) },
    }),
    query('99.99 % right: can not be met', { objective: { minAccuracy: 0.9999 }, expect: { kind: 'refusal' } }),
    query('99.99 % right, or the nearest', {
      objective: { minAccuracy: 0.9999, degrade: 'ALLOW', latencyMs: 500 },
      expect: { kind: 'answer', degraded: true },
    }),
    query('what if: 1 µs?', {
      ...{ via: 'whatif', objective: { latencyMs: 0.001 }, items: 0 },
      expect: { kind: 'feasible', feasible: false },
    }),
    query(`what if: ${percent(high)} right within 1 s?`, {
      ...{ via: 'whatif', objective: { minAccuracy: high, latencyMs: 1_000 }, items: 0 },
      expect: { kind: 'feasible', feasible: true },
    }),
  ];
}
