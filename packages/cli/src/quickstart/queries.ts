// The quick start's queries: what each asks for, and what must hold of its answer.

import type { wire } from '@pareto/rpc';
import { formatUsd } from '../terminal/format.js';
import { bestOf, type Front, type Offer, type Offers } from './offers.js';

export interface Query {
  readonly description: string;
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
const coldLatencyMs = 10_000;

const query = (description: string, target: string, rest: Partial<Query>): Query => ({
  ...{ description, via: 'infer', target, objective: null, items: 1, expect: answer },
  ...rest,
});

/** They aim at what was measured, and so fit any machine. */
export function planQueries(task: string, offers: Offers): readonly Query[] {
  const { front } = offers;
  const high = floorBetween(front.at(-2)?.accuracy ?? 0, bestOf(front).accuracy);
  return [
    query('the task, nothing else', task, {}),
    query('the task, by the open protocol', task, { via: 'oip' }),
    query('within 250 ms', task, { objective: { latencyMs: 250 } }),
    query('95 % right by the lower bound', task, {
      objective: { minAccuracy: 0.95, accuracyBound: 'LOWER95', latencyMs: 500 },
    }),
    ...middleOf(front).map(({ below, offer }) => aimedAt(offer, task, floorBetween(below, offer.accuracy))),
    query(`${percent(high)} right, within 500 ms`, task, { objective: { minAccuracy: high, latencyMs: 500 } }),
    query('16 images in one batch', task, { objective: { latencyMs: 1_000 }, items: 16 }),
    ...oneModel(offers),
    named(offers),
    query('99.99 % right: can not be met', task, { objective: { minAccuracy: 0.9999 }, expect: { kind: 'refusal' } }),
    query('99.99 % right, or the nearest', task, {
      objective: { minAccuracy: 0.9999, degrade: 'ALLOW', latencyMs: 500 },
      expect: { kind: 'answer', degraded: true },
    }),
    whatIf('1 µs?', task, { latencyMs: 0.001 }, false),
    whatIf(`${percent(high)} right within 1 s?`, task, { minAccuracy: high, latencyMs: 1_000 }, true),
  ];
}

/** Those that are neither the cheapest nor the most accurate, with the accuracy of the one before. */
const middleOf = (front: Front): readonly { readonly below: number; readonly offer: Offer }[] =>
  front.slice(1, -1).map((offer, i) => ({ below: front[i]?.accuracy ?? 0, offer }));

/** Nothing else is right enough and no dearer. */
const aimedAt = ({ variant, costPer1k }: Offer, target: string, floor: number, of = ''): Query =>
  query(`${of}${percent(floor)} right, for ${formatUsd(costPer1k)}/1k`, target, {
    ...{ objective: { minAccuracy: floor, maxCostPer_1k: costPer1k, latencyMs: coldLatencyMs }, expect: by(variant) },
  });

/** Of one model, two objectives: answered by two variants of it, unless one is both the cheapest and the most accurate. */
function oneModel({ architecture, own }: Offers): readonly Query[] {
  const [{ variant, costPer1k }] = own;
  const objective = { maxCostPer_1k: costPer1k, latencyMs: coldLatencyMs };
  const cheap = query(`${architecture}, for ${formatUsd(costPer1k)}/1k`, architecture, {
    objective,
    expect: by(variant),
  });
  const below = own.at(-2);
  if (below === undefined) return [cheap];
  const floor = floorBetween(below.accuracy, bestOf(own).accuracy);
  return [cheap, aimedAt(bestOf(own), architecture, floor, `${architecture}, `)];
}

/** What is named answers, dominated or not. */
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
