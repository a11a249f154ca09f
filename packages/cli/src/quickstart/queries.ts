// The quick start's queries: what each asks for, and what must hold of its answer.

import type { wire } from '@pareto/rpc';

/** A frontier as it was measured: the queries aim at it, so that they fit any machine. */
export interface Frontier {
  readonly task: string;
  readonly bestAccuracy: number;
  /** Of the variant in the middle. */
  readonly middleAccuracy: number;
  readonly cheapest: wire.Variant;
  readonly mostAccurate: wire.Variant;
  /** Half way (in proportion) between the cheapest and the most accurate. */
  readonly middleCost: number;
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

const accuracyOf = (variant: wire.Variant): number => variant.measurements[0]?.accuracy?.value ?? 0;

/** Undefined when nothing was measured. */
export function findFrontier(task: string, variants: readonly wire.Variant[]): Frontier | undefined {
  const measured = variants.filter((variant) => variant.costPer_1k > 0);
  const [cheapest] = measured.toSorted((a, b) => a.costPer_1k - b.costPer_1k);
  const [mostAccurate] = measured.toSorted((a, b) => accuracyOf(b) - accuracyOf(a) || a.costPer_1k - b.costPer_1k);
  if (cheapest === undefined || mostAccurate === undefined) return undefined;
  const middleCost = Math.sqrt(cheapest.costPer_1k * mostAccurate.costPer_1k);
  const accuracies = measured.map(accuracyOf).sort((a, b) => a - b);
  const middleAccuracy = accuracies[Math.floor(accuracies.length / 2)] ?? 0;
  return { task, bestAccuracy: accuracyOf(mostAccurate), middleAccuracy, cheapest, mostAccurate, middleCost };
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
const answer: Expectation = { kind: 'answer' };

/** Long enough for a variant that has to be loaded first. */
const patientMs = 10_000;

const roundDown = (fraction: number): number => Math.floor(fraction * 1000) / 1000;

export function planQueries(frontier: Frontier): readonly Query[] {
  const { task, cheapest, mostAccurate, middleCost } = frontier;
  const [high, middle] = [roundDown(frontier.bestAccuracy), roundDown(frontier.middleAccuracy)];
  const query = (asked: string, rest: Partial<Query>): Query => ({
    ...{ asked, via: 'infer', target: task, objective: null, items: 1, expect: answer },
    ...rest,
  });
  return [
    query('the task, nothing else', {}),
    query('the task, by the open protocol', { via: 'oip' }),
    query('within 250 ms', { objective: { latencyMs: 250 } }),
    query(`at least ${percent(high)} right, within 500 ms`, { objective: { minAccuracy: high, latencyMs: 500 } }),
    query(`at least ${percent(middle)} right, in its time`, {
      objective: { minAccuracy: middle, latencyMs: patientMs },
    }),
    query('95 % right by the lower bound', {
      objective: { minAccuracy: 0.95, accuracyBound: 'LOWER95', latencyMs: 500 },
    }),
    query('at most the middle price', { objective: { maxCostPer_1k: middleCost, latencyMs: patientMs } }),
    query('16 images in one batch', { objective: { latencyMs: 1_000 }, items: 16 }),
    query(`the architecture ${mostAccurate.architecture}`, {
      target: mostAccurate.architecture,
      objective: { latencyMs: patientMs },
    }),
    query(`the variant ${cheapest.name}`, {
      target: cheapest.name,
      objective: { latencyMs: patientMs },
      expect: { kind: 'answer', by: cheapest.name },
    }),
    query('99.99 % right: can not be met', { objective: { minAccuracy: 0.9999 }, expect: { kind: 'refusal' } }),
    query('99.99 % right, or the nearest', {
      objective: { minAccuracy: 0.9999, degrade: 'ALLOW', latencyMs: 500 },
      expect: { kind: 'answer', degraded: true },
    }),
    query('what if: 1 µs?', {
      via: 'whatif',
      objective: { latencyMs: 0.001 },
      items: 0,
      expect: { kind: 'feasible', feasible: false },
    }),
    query(`what if: ${percent(high)} right within 1 s?`, {
      ...{ via: 'whatif', objective: { minAccuracy: high, latencyMs: 1_000 }, items: 0 },
      expect: { kind: 'feasible', feasible: true },
    }),
  ];
}
