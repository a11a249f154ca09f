import assert from 'node:assert/strict';
import { type Candidate, type TargetEntry } from '@pareto/core';
import fc from 'fast-check';
import { buildTargetEntry } from '@pareto/testkit';
import {
  createTrace,
  defaultSelectParams as params,
  selectVariant,
  findVerdict,
  verdicts,
  whatIf,
  type CandidateLoads,
  type SelectionQuery,
  type Selection,
} from '../../src/index.js';
import { criteria } from '../../src/select/criteria.js';
import { candidate, loads, query, target, type CandidateFields } from '../support/candidates.js';

function brief(selection: Selection): string {
  if (selection.kind === 'refused') return selection.reason;
  if (selection.kind === 'cold' || !selection.degraded) return `${selection.kind} ${selection.candidate.architecture}`;
  const missed = selection.missed === undefined ? '' : `, missed ${selection.missed.architecture}`;
  return `${selection.kind} ${selection.candidate.architecture} degraded${missed}`;
}

const fast: CandidateFields = { name: 'fast', p99Ms: 2, accuracy: 0.9, cost: 1 };
const middle: CandidateFields = { name: 'middle', p99Ms: 10, accuracy: 0.95, cost: 5 };
const best: CandidateFields = { name: 'best', p99Ms: 40, accuracy: 0.99, cost: 20 };
const unmeasured: CandidateFields = {
  name: 'new',
  p99Ms: undefined,
  accuracy: undefined,
  cost: undefined,
  replicas: 0,
};
const family = target(fast, middle, best);

const cases: readonly (readonly [string, TargetEntry, SelectionQuery, CandidateLoads | undefined, string])[] = [
  ['the cheapest that meets the objective', family, query(), undefined, 'chosen fast'],
  ['above the accuracy floor', family, query({ minAccuracy: 0.93 }), undefined, 'chosen middle'],
  [
    'the floor applies to the lower bound on request',
    family,
    query({ minAccuracy: 0.94, accuracyBound: 'lower95' }),
    undefined,
    'chosen best',
  ],
  ['no stated objective: the most accurate', family, query({ prefer: 'accuracy' }), undefined, 'chosen best'],
  [
    'the most accurate of the idle ones',
    family,
    query({ prefer: 'accuracy' }, { idleFirst: true }),
    loads([0, 0, 5]),
    'chosen middle',
  ],
  [
    'the cheapest if none is idle',
    family,
    query({ prefer: 'accuracy' }, { idleFirst: true }),
    loads([5, 5, 5]),
    'chosen fast',
  ],
  ['within the cost limit', family, query({ maxCostPer1k: 6, prefer: 'accuracy' }), undefined, 'chosen middle'],
  [
    'no stated objective: the cheapest of those that equal the most accurate',
    target({ ...fast, rank: 2 }, { ...best, rank: 1, cost: 9 }, { name: 'equal', rank: 1, accuracy: 0.981, cost: 5 }),
    query({ prefer: 'accuracy' }),
    undefined,
    'chosen equal',
  ],
  [
    'no stated objective: the faster of equal ones without a price',
    target(
      { ...best, rank: 1, cost: undefined, p99Ms: 8 },
      { name: 'equal', rank: 1, accuracy: 0.981, cost: undefined, p99Ms: 2 },
    ),
    query({ prefer: 'accuracy' }),
    undefined,
    'chosen equal',
  ],
  [
    'no stated objective: ranks of one variant are before estimates of another',
    target({ ...fast, rank: 1 }, best),
    query({ prefer: 'accuracy' }),
    undefined,
    'chosen fast',
  ],
  ['equal in cost: the most accurate', target(fast, { ...best, p99Ms: 3, cost: 1 }), query(), undefined, 'chosen best'],
  [
    'equal in cost and accuracy: the most slack',
    target({ ...fast, p99Ms: 9 }, { ...fast, name: 'faster' }),
    query(),
    undefined,
    'chosen faster',
  ],
  ['a backlog leads to the next candidate', family, query({ latencyMs: 50 }), loads([60, 0, 0]), 'chosen middle'],
  [
    'elapsed time counts',
    family,
    query({ latencyMs: 50, minAccuracy: 0.93 }, { elapsedMs: 45 }),
    undefined,
    'overloaded',
  ],
  ['the batch it would join counts', target(fast), query({ latencyMs: 5 }), loads([0], [7]), 'overloaded'],
  ['no variant is accurate enough', family, query({ minAccuracy: 0.995 }), undefined, 'infeasible'],
  ['no accurate one is fast enough', family, query({ minAccuracy: 0.93, latencyMs: 5 }), undefined, 'infeasible'],
  [
    'feasible, but with a queue that does not drain',
    family,
    query(),
    loads([30, 30, 30], [], [20, 20, 20]),
    'backlogged',
  ],
  ['feasible, but busy', family, query({ minAccuracy: 0.93, latencyMs: 12 }), loads([0, 30, 30]), 'overloaded'],
  ['feasible, but cold', target(fast, { ...best, replicas: 0 }), query({ minAccuracy: 0.97 }), undefined, 'cold best'],
  ['unusable replicas are cold', target(fast), query(), loads([Infinity]), 'cold fast'],
  [
    'a busy candidate is not cold',
    target(middle, { ...best, replicas: 0 }),
    query({ latencyMs: 50 }),
    loads([100]),
    'overloaded',
  ],
  [
    'a cold candidate that no worker can load',
    target({ ...fast, replicas: 0, placeable: false }),
    query(),
    undefined,
    'unplaceable',
  ],
  [
    'a warm candidate comes before a cheaper cold one',
    target({ ...fast, replicas: 0 }, middle),
    query(),
    undefined,
    'chosen middle',
  ],
  [
    'quarantined variants are skipped',
    target({ ...fast, quarantined: true }, middle),
    query(),
    undefined,
    'chosen middle',
  ],
  ['a candidate that is not measured yet is cold', target(unmeasured), query(), undefined, 'cold new'],
  [
    'a candidate that cannot be measured is skipped',
    target({ ...unmeasured, measurementError: 'it crashed' }),
    query(),
    undefined,
    'infeasible',
  ],
  ['only quarantined variants', target({ ...fast, quarantined: true }), query(), undefined, 'quarantined'],
  [
    'a batch over the limit of one candidate',
    target({ ...fast, maxBatchSize: 4 }, middle),
    query({}, { items: 8 }),
    undefined,
    'chosen middle',
  ],
  ['a batch over all limits', family, query({}, { items: 9 }), undefined, 'batch-too-large'],
  ['one item without a batch dimension', target({ ...fast, maxBatchSize: 0 }), query(), undefined, 'chosen fast'],
  [
    'degrade: the most accurate within the latency',
    family,
    query({ minAccuracy: 0.995, latencyMs: 20, degrade: 'allow' }),
    undefined,
    'chosen middle degraded',
  ],
  [
    'degrade instead of a hold',
    target(fast, middle, { ...best, replicas: 0 }),
    query({ minAccuracy: 0.97, degrade: 'allow' }),
    undefined,
    'chosen middle degraded, missed best',
  ],
  [
    'degrade without a warm candidate: the hold',
    target({ ...best, replicas: 0 }),
    query({ minAccuracy: 0.97, degrade: 'allow' }),
    undefined,
    'cold best',
  ],
  [
    'degrade keeps the cost limit',
    family,
    query({ minAccuracy: 0.995, maxCostPer1k: 2, degrade: 'allow' }),
    undefined,
    'chosen fast degraded',
  ],
  [
    'degrade does not relax the latency',
    family,
    query({ minAccuracy: 0.9, latencyMs: 1, degrade: 'allow' }),
    undefined,
    'infeasible',
  ],
  [
    'unmeasured candidates come after measured ones',
    target({ ...fast, accuracy: undefined }, middle),
    query(),
    undefined,
    'chosen middle',
  ],
  [
    'an unmeasured candidate without a floor',
    target({ ...fast, accuracy: undefined }),
    query(),
    undefined,
    'chosen fast',
  ],
  [
    'an unmeasured candidate never meets a floor',
    target({ ...fast, accuracy: undefined }),
    query({ minAccuracy: 0.1 }),
    undefined,
    'infeasible',
  ],
  [
    'the original comes first of unmeasured candidates',
    target({ ...fast, name: 'made', accuracy: undefined, recipe: 'int8' }, { ...middle, accuracy: undefined }),
    query(),
    undefined,
    'chosen middle',
  ],
  ['no registered variant', target(), query(), undefined, 'infeasible'],
];

describe('criteria', () => {
  it('have consecutive codes and different names', () => {
    const others = ['eligible', 'costlier', 'unmeasured'].map((name) => findVerdict(name));
    const all = [...others, ...criteria];
    assert.deepEqual(
      all.map((verdict) => verdict?.code).toSorted((a = -1, b = -1) => a - b),
      all.map((_, code) => code),
    );
    assert.equal(new Set(verdicts).size, all.length);
    for (const [code, name] of verdicts.entries()) assert.equal(findVerdict(name)?.code, code);
  });
});

describe('selectVariant', () => {
  for (const [name, entry, input, view, expected] of cases) {
    it(name, () => assert.equal(brief(selectVariant(entry, input, view, params)), expected));
  }

  it('predicts completion: elapsed + backlog + p99 of the batch + hop', () => {
    const selection = selectVariant(target(fast), query({ latencyMs: 100 }, { elapsedMs: 3 }), loads([10]), params);
    assert.ok(selection.kind === 'chosen');
    assert.ok(Math.abs(selection.predictedMs - 16) < 1e-9);
  });

  it('traces a candidate beyond the 32,767th by its position, which the selection returns', () => {
    const count = 40_000;
    const others = Array.from({ length: count - 1 }, () => candidate(0, { accuracy: 0.5 }));
    const entry = buildTargetEntry([...others, candidate(1, { accuracy: 0.99 })]);
    const trace = createTrace();
    const selection = selectVariant(entry, query({ minAccuracy: 0.9 }), undefined, params, trace);
    assert.equal(selection.kind === 'chosen' && selection.position, count - 1);
    assert.equal(trace.indices[0], count - 1);
  });

  it('traces counts by verdict and the best first', () => {
    const trace = createTrace();
    const entry = target(best, middle, fast, { ...fast, name: 'bad', quarantined: true });
    selectVariant(entry, query({ latencyMs: 30 }), undefined, params, trace);
    const counted = new Map(verdicts.map((verdict, i) => [verdict, trace.counts[i]]));
    const seen = [...counted].filter(([, count]) => count !== 0);
    assert.deepEqual(Object.fromEntries(seen), { eligible: 2, 'too-slow': 1, quarantined: 1 });
    const order = [...trace.indices.slice(0, trace.size)].map((index) => entry.candidates[index]?.architecture);
    assert.deepEqual(order, ['fast', 'middle', 'bad', 'best'], 'eligible ones, then the others by cost');
  });

  it('predicts cold candidates as if they were loaded', () => {
    const trace = createTrace();
    const entry = target({ ...middle, replicas: 0 }, { ...fast, p99Ms: undefined, replicas: 0 });
    selectVariant(entry, query({}, { elapsedMs: 3 }), undefined, params, trace);
    assert.deepEqual([...trace.predictedMs.slice(0, trace.size)].map(Math.round), [Infinity, 14]);
    const { nearest } = whatIf(entry, query({ minAccuracy: 0.99 }), params);
    assert.deepEqual([Math.round(nearest?.predictedMs ?? 0), nearest?.warm], [11, false]);
  });

  it('keeps the best 32 candidates', () => {
    const trace = createTrace();
    const many = target(
      ...Array.from({ length: 100 }, (_, i) => ({ ...fast, name: `v${i}`, cost: ((i * 37) % 100) + 1 })),
    );
    selectVariant(many, query(), undefined, params, trace);
    const costs = [...trace.indices.slice(0, trace.size)].map((index) => many.candidates[index]?.costPer1k);
    assert.deepEqual(
      costs,
      Array.from({ length: 32 }, (_, i) => i + 1),
    );
  });

  it('does not examine candidates that cost more than the one that answers, once 32 are recorded', () => {
    const trace = createTrace();
    const named = (count: number, fields: Partial<typeof fast>, prefix: string) =>
      Array.from({ length: count }, (_, i) => ({ ...fast, ...fields, name: `${prefix}${i}` }));
    const entry = target(
      ...named(50, { cost: 9 }, 'dear'),
      ...named(20, { cost: 1, accuracy: 0.1 }, 'poor'),
      ...named(20, { cost: 2 }, 'cheap'),
    );
    const selection = selectVariant(entry, query({ minAccuracy: 0.5 }), undefined, params, trace);
    assert.equal(selection.kind === 'chosen' && selection.position, 70);
    const counted = (verdict: (typeof verdicts)[number]): number | undefined => trace.counts[verdicts.indexOf(verdict)];
    assert.deepEqual([counted('below-accuracy'), counted('eligible'), counted('costlier')], [20, 20, 50]);
  });

  it('offers the nearest objective', () => {
    const selection = selectVariant(family, query({ minAccuracy: 0.991, latencyMs: 100 }), undefined, params);
    assert.ok(selection.kind === 'refused' && selection.nearest !== undefined);
    assert.equal(selection.nearest.candidate.architecture, 'best');
    assert.equal(selection.nearest.objective.minAccuracy, 0.99);
    assert.equal(selection.nearest.objective.latencyMs, 100);
  });

  const fields: fc.Arbitrary<CandidateFields> = fc.record({
    p99Ms: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
    accuracy: fc.option(
      fc.integer({ min: 50, max: 100 }).map((n) => n / 100),
      { nil: undefined },
    ),
    cost: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
    replicas: fc.integer({ min: 0, max: 2 }),
    placeable: fc.boolean(),
    quarantined: fc.boolean(),
    recipe: fc.constantFrom('original', 'int8'),
  });
  const scenes = fc.record({
    entry: fc.array(fields, { maxLength: 12 }).map((all) => target(...all)),
    input: fc
      .record({
        latencyMs: fc.integer({ min: 1, max: 120 }),
        minAccuracy: fc.option(
          fc.integer({ min: 50, max: 100 }).map((n) => n / 100),
          { nil: undefined },
        ),
        maxCostPer1k: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
        degrade: fc.constantFrom('forbid' as const, 'allow' as const),
        accuracyBound: fc.constantFrom('point' as const, 'lower95' as const),
      })
      .map((objective) => query(objective)),
    backlog: fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 12, maxLength: 12 }),
  });

  it('chooses only candidates that meet the objective or are marked as degraded', () => {
    fc.assert(
      fc.property(scenes, ({ entry, input, backlog }) => {
        const selection = selectVariant(entry, input, loads(backlog), params);
        if (selection.kind !== 'chosen') return;
        const { candidate, degraded } = selection;
        const { minAccuracy, maxCostPer1k, latencyMs, accuracyBound } = input.objective;
        const accuracy = accuracyBound === 'lower95' ? candidate.accuracy?.lower95 : candidate.accuracy?.value;
        assert.equal(candidate.quarantineReason, undefined);
        assert.ok(candidate.replicas.length > 0);
        assert.ok(selection.predictedMs <= latencyMs);
        if (maxCostPer1k !== undefined) assert.ok((candidate.costPer1k ?? Infinity) <= maxCostPer1k);
        if (minAccuracy !== undefined) assert.equal(degraded, (accuracy ?? 0) < minAccuracy);
        if (degraded) assert.equal(input.objective.degrade, 'allow');
      }),
    );
  });

  it('chooses the cheapest of those that would be chosen alone', () => {
    fc.assert(
      fc.property(scenes, ({ entry, input, backlog }) => {
        const strict = { ...input, objective: { ...input.objective, degrade: 'forbid' as const } };
        const chosenOf = (candidates: TargetEntry['candidates']): Candidate | undefined => {
          const selection = selectVariant({ ...entry, candidates }, strict, loads(backlog), params);
          return selection.kind === 'chosen' ? selection.candidate : undefined;
        };
        const alone = entry.candidates.flatMap((each) => chosenOf([each]) ?? []);
        const measured = alone.filter(({ accuracy }) => accuracy !== undefined);
        const costs = measured.map(({ costPer1k = Infinity }) => costPer1k);
        const chosen = chosenOf(entry.candidates);
        assert.equal(chosen === undefined, alone.length === 0);
        if (measured.length > 0) assert.equal(chosen?.costPer1k ?? Infinity, Math.min(...costs));
      }),
    );
  });

  it('weighs lost accuracy against the price of congestion for queries that prefer accuracy', () => {
    const entry = buildTargetEntry([candidate(0, fast), candidate(1, middle), candidate(2, best)]);
    const chosen = (usdPerHour: number, asked: SelectionQuery): string => {
      const congestion = {
        usdPerHour: { [candidate(1, middle).hardwareClass]: usdPerHour },
        accuracyUsd: 1,
        missUsd: 10,
      };
      return brief(selectVariant(entry, { ...asked, congestion }, undefined, params));
    };
    const accurate = query({ prefer: 'accuracy' });
    assert.deepEqual(
      [0, 1e3, 2e4, 1e7].map((usd) => chosen(usd, accurate)),
      ['chosen best', 'chosen best', 'chosen middle', 'chosen fast'],
    );
    assert.equal(chosen(1e7, query({ minAccuracy: 0.96, prefer: 'accuracy' })), 'chosen best');
    assert.equal(chosen(1e7, query()), 'chosen fast');
    const unmet = query({ minAccuracy: 0.99, degrade: 'allow', prefer: 'accuracy' });
    assert.equal(chosen(1e7, unmet), 'chosen best', 'a degraded answer is the most accurate one');
  });

  it('does not tell equally accurate variants apart by the price of congestion of other classes', () => {
    const ranked = (at: number, seen: Candidate): Candidate => ({ ...seen, accuracyRank: at });
    const entry = buildTargetEntry([ranked(1, candidate(0, fast)), ranked(1, candidate(1, best))]);
    for (const hardwareClass of ['other', candidate(0, fast).hardwareClass]) {
      const congestion = { usdPerHour: { [hardwareClass]: 1 }, accuracyUsd: 1, missUsd: 10 };
      const asked = { ...query({ prefer: 'accuracy' }), congestion };
      assert.equal(brief(selectVariant(entry, asked, undefined, params)), 'chosen fast');
    }
  });

  it('does not depend on the order of candidates', () => {
    fc.assert(
      fc.property(scenes, ({ entry, input, backlog }) => {
        const reversed = { ...entry, candidates: entry.candidates.toReversed() };
        const [one, other] = [entry, reversed].map((each) => selectVariant(each, input, loads(backlog), params));
        assert.equal(one?.kind, other?.kind);
        if (one?.kind === 'chosen' && other?.kind === 'chosen')
          assert.equal(one.candidate.costPer1k, other.candidate.costPer1k);
      }),
    );
  });

  it('offers only feasible objectives', () => {
    fc.assert(
      fc.property(scenes, ({ entry, input }) => {
        const answer = whatIf(entry, input, params);
        if (answer.nearest === undefined) return;
        assert.equal(answer.selection.kind, 'refused');
        const taken = whatIf(entry, { ...input, objective: answer.nearest.objective }, params);
        assert.notEqual(taken.selection.kind, 'refused');
      }),
    );
  });
});
