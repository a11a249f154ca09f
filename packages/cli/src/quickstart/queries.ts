// The quick start's queries: the objective of each, and the expected result.

import type { wire } from '@pareto/protocol';
import { formatCost } from '../terminal/format.js';
import { bestOf, type Front, type Offer, type Offers } from './offers.js';

export interface Query {
  readonly description: string;
  /** Interface: `pareto.v1` Infer, the Open Inference Protocol, or `pareto.v1` WhatIf, which has no inputs. */
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

const percent = (fraction: number): string => `${Number((fraction * 100).toFixed(2))} %`;

/** Returns the accuracy floor with the fewest digits that `accuracy` meets and `below` does not. */
function floorBetween(below: number, accuracy: number): number {
  for (const digits of [2, 3]) {
    const floor = Math.floor(accuracy * 10 ** digits) / 10 ** digits;
    if (floor > below) return floor;
  }
  return accuracy;
}

const answer: Expectation = { kind: 'answer' };
const by = (variant: string): Expectation => ({ kind: 'answer', by: variant });

/** Latency that includes the loading of a cold variant. */
const coldLatencyMs = 10_000;

const query = (description: string, target: string, rest: Partial<Query>): Query => ({
  ...{ description, via: 'infer', target, objective: null, items: 1, expect: answer },
  ...rest,
});

/** Returns the queries. They derive from the measured variants, so they suit every machine. */
export function planQueries(task: string, offers: Offers): readonly Query[] {
  const { front } = offers;
  const high = floorBetween(front.at(-2)?.accuracy ?? 0, bestOf(front).accuracy);
  return [
    query('only the task', task, {}),
    query('only the task, over the open protocol', task, { via: 'oip' }),
    query('within 250 ms', task, { objective: { latencyMs: 250 } }),
    query('≥ 95 % by the lower bound', task, {
      objective: { minAccuracy: 0.95, accuracyBound: 'LOWER95', latencyMs: 500 },
    }),
    ...middleOf(front).map(({ below, offer }) => aimedAt(offer, task, floorBetween(below, offer.accuracy))),
    query(`≥ ${percent(high)}, within 500 ms`, task, { objective: { minAccuracy: high, latencyMs: 500 } }),
    query('16 images in one batch', task, { objective: { latencyMs: 1_000 }, items: 16 }),
    ...oneModel(offers),
    named(offers),
    query('≥ 99.99 %: not feasible', task, { objective: { minAccuracy: 0.9999 }, expect: { kind: 'refusal' } }),
    query('≥ 99.99 %, or the nearest', task, {
      objective: { minAccuracy: 0.9999, degrade: 'ALLOW', latencyMs: 500 },
      expect: { kind: 'answer', degraded: true },
    }),
    whatIf('1 µs?', task, { latencyMs: 0.001 }, false),
    whatIf(`≥ ${percent(high)} within 1 s?`, task, { minAccuracy: high, latencyMs: 1_000 }, true),
  ];
}

/** Returns the offers between the cheapest and the most accurate, each with the accuracy of the one before it. */
const middleOf = (front: Front): readonly { readonly below: number; readonly offer: Offer }[] =>
  front.slice(1, -1).map((offer, i) => ({ below: front[i]?.accuracy ?? 0, offer }));

/** Returns a query that only this variant can serve: all others are less accurate or more expensive. */
const aimedAt = ({ variant, costPer1k }: Offer, target: string, floor: number, of = ''): Query =>
  query(`${of}≥ ${percent(floor)}, for ${formatCost(costPer1k)}/1M`, target, {
    ...{ objective: { minAccuracy: floor, maxCostPer_1k: costPer1k, latencyMs: coldLatencyMs }, expect: by(variant) },
  });

/** Returns a query for each end of an architecture's front, or one query if the front is a single variant. */
function oneModel({ architecture, own }: Offers): readonly Query[] {
  const [{ variant, costPer1k }] = own;
  const objective = { maxCostPer_1k: costPer1k, latencyMs: coldLatencyMs };
  const cheap = query(`${architecture}, for ${formatCost(costPer1k)}/1M`, architecture, {
    objective,
    expect: by(variant),
  });
  const below = own.at(-2);
  if (below === undefined) return [cheap];
  const floor = floorBetween(below.accuracy, bestOf(own).accuracy);
  return [cheap, aimedAt(bestOf(own), architecture, floor, `${architecture}, `)];
}

/** Returns a query for a named variant, which serves it even if it is dominated. */
function named({ front, dominated }: Offers): Query {
  const target = dominated ?? bestOf(front).variant;
  const rest = { objective: { latencyMs: coldLatencyMs }, expect: by(target) };
  return query(dominated === undefined ? `the variant ${target}` : `${target}, though dominated`, target, rest);
}

const whatIf = (description: string, target: string, objective: wire.ObjectiveInput, feasible: boolean): Query =>
  query(`what if: ${description}`, target, {
    via: 'whatif',
    objective,
    items: 0,
    expect: { kind: 'feasible', feasible },
  });
