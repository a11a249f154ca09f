import assert from 'node:assert/strict';
import type { Exclusion, RuleInForce, TargetEntry } from '@pareto/core';
import fc from 'fast-check';
import {
  createTrace,
  defaultSelectParams as params,
  exclusionsOf,
  nearestFeasible,
  selectVariant,
  verdicts,
  whatIf,
} from '../../src/index.js';
import { query, target, type CandidateFields } from '../support/candidates.js';

const rule = (kind: 'pin' | 'deny', about: string, task?: string): RuleInForce => ({
  ...{ kind, target: about, task, reason: 'it is wrong' },
});

const fast: CandidateFields = { name: 'fast', cost: 1, accuracy: 0.9 };
const unlike: CandidateFields = { ...fast, disagreement: 'agrees on 35 % of the samples' };
const best: CandidateFields = { name: 'best', cost: 20, accuracy: 0.99 };
const by = (fields: CandidateFields, dominator: string, within = false): CandidateFields => ({
  ...fields,
  dominatedBy: dominator.includes(':') ? dominator : `${dominator}:original`,
  dominatedWithin: within,
});

type Exclusions = readonly (Exclusion | undefined)[] | undefined;

const left = (kind: TargetEntry['kind'], candidates: readonly CandidateFields[], ...rules: RuleInForce[]): Exclusions =>
  exclusionsOf({ kind, task: 'digits' }, target(...candidates).candidates, rules);

const cases: readonly (readonly [string, Exclusions, Exclusions])[] = [
  ['no rule and no domination', left('task', [fast, best]), undefined],
  ['a rule for another variant', left('task', [fast, best], rule('deny', 'other')), undefined],
  ['a variant is denied', left('task', [fast, best], rule('deny', 'fast:original')), ['denied', undefined]],
  ['an architecture is denied', left('task', [fast, best], rule('deny', 'best')), [undefined, 'denied']],
  ['a variant is denied for this task', left('task', [fast], rule('deny', 'fast', 'digits')), ['denied']],
  ['a variant is denied for another task', left('task', [fast], rule('deny', 'fast', 'words')), undefined],
  ['a denied variant is named', left('variant', [fast], rule('deny', 'fast')), ['denied']],
  [
    'the architecture of a denied variant is named',
    left('architecture', [fast], rule('deny', 'fast:original')),
    ['denied'],
  ],
  ['a variant is pinned', left('task', [fast, best], rule('pin', 'best:original')), ['not-pinned', undefined]],
  [
    'two architectures are pinned',
    left('task', [fast, best], rule('pin', 'best'), rule('pin', 'fast', 'digits')),
    undefined,
  ],
  ['a pin while another variant is named', left('variant', [fast], rule('pin', 'best')), undefined],
  ['a variant is pinned for another task', left('task', [fast], rule('pin', 'best', 'words')), undefined],
  ['a variant of another task is pinned for all tasks', left('task', [fast], rule('pin', 'best')), undefined],
  [
    'a variant of another task is pinned for this task',
    left('task', [fast], rule('pin', 'best', 'digits')),
    ['not-pinned'],
  ],
  [
    'an architecture is pinned and denied',
    left('task', [fast, best], rule('pin', 'fast'), rule('deny', 'fast')),
    ['denied', 'not-pinned'],
  ],
  ['a variant disagrees', left('task', [unlike, best]), ['disagrees', undefined]],
  ['the architecture of a variant that disagrees is named', left('architecture', [unlike]), ['disagrees']],
  ['a variant that disagrees is named', left('variant', [unlike]), undefined],
  [
    'a variant that disagrees is pinned',
    left('task', [unlike, best], rule('pin', 'fast:original')),
    [undefined, 'not-pinned'],
  ],
  ['a variant is dominated', left('task', [by(fast, 'best'), best]), ['dominated', undefined]],
  ['a dominated variant is named', left('variant', [by(fast, 'best')]), undefined],
  [
    'a dominated variant is pinned',
    left('task', [by(fast, 'best'), best], rule('pin', 'fast:original')),
    [undefined, 'not-pinned'],
  ],
  [
    'a variant is dominated by another architecture, and its own is named',
    left('architecture', [by(fast, 'best')]),
    undefined,
  ],
  [
    'a variant is dominated within the named architecture',
    left('architecture', [by(fast, 'fast:fp16', true), { ...fast, recipe: 'fp16' }]),
    ['dominated', undefined],
  ],
  [
    'a variant is dominated within a pinned architecture and by another one',
    left('task', [by(fast, 'best', true), { ...fast, recipe: 'fp16' }, best], rule('pin', 'fast')),
    ['dominated', undefined, 'not-pinned'],
  ],
  ['a warm variant is dominated by a cold one', left('task', [by(fast, 'best'), { ...best, replicas: 0 }]), undefined],
  [
    'a cold variant is dominated by a cold one',
    left('task', [by({ ...fast, replicas: 0 }, 'best'), { ...best, replicas: 0 }]),
    ['dominated', undefined],
  ],
  [
    'a cold variant is dominated by one that no worker can load',
    left('task', [by({ ...fast, replicas: 0 }, 'best'), { ...best, replicas: 0, placeable: false }]),
    undefined,
  ],
  ['dominated by a quarantined variant', left('task', [by(fast, 'best'), { ...best, quarantined: true }]), undefined],
  [
    'dominated by a denied variant',
    left('task', [by(fast, 'best'), best], rule('deny', 'best')),
    [undefined, 'denied'],
  ],
  [
    'a warm variant is dominated by a warm one, while a third is cold',
    left('task', [by(fast, 'best'), best, { ...fast, recipe: 'fp16', replicas: 0 }]),
    ['dominated', undefined, undefined],
  ],
  [
    'a variant is dominated by a cold one, while another of its architecture is warm',
    left('task', [by(fast, 'best'), { ...best, replicas: 0 }, { ...fast, recipe: 'fp16' }]),
    undefined,
  ],
];

describe('exclusionsOf', () => {
  for (const [name, actual, expected] of cases) it(name, () => assert.deepEqual(actual, expected));
});

const excluding = (entry: TargetEntry, ...exclusions: readonly (Exclusion | undefined)[]): TargetEntry => ({
  ...entry,
  exclusions,
});

describe('selectVariant with exclusions', () => {
  const family = target(fast, best);

  it('skips excluded candidates, and reports the reason', () => {
    const trace = createTrace();
    const selection = selectVariant(excluding(family, 'denied', undefined), query(), undefined, params, trace);
    assert.ok(selection.kind === 'chosen');
    assert.equal(selection.candidate.architecture, 'best');
    assert.equal(trace.counts[verdicts.indexOf('denied')], 1);
    assert.deepEqual(
      Array.from({ length: trace.size }, (_, rank) => verdicts[trace.verdictCodes[rank] ?? 0]),
      ['eligible', 'denied'],
    );
  });

  it('refuses as ruled out if rules exclude every candidate', () => {
    const refused = selectVariant(excluding(family, 'denied', 'not-pinned'), query(), undefined, params);
    assert.deepEqual(refused, { kind: 'refused', reason: 'ruled-out', nearest: undefined, soonest: undefined });
    const one = excluding(family, 'denied', undefined);
    const infeasible = selectVariant(one, query({ minAccuracy: 0.999 }), undefined, params);
    assert.equal(infeasible.kind === 'refused' && infeasible.reason, 'infeasible');
    const degraded = query({ minAccuracy: 0.999, degrade: 'allow' });
    assert.deepEqual(selectVariant(excluding(family, 'denied', 'denied'), degraded, undefined, params), refused);
  });

  it('neither degrades to excluded candidates nor offers them', () => {
    const entry = excluding(family, undefined, 'dominated');
    const degraded = selectVariant(entry, query({ minAccuracy: 0.999, degrade: 'allow' }), undefined, params);
    assert.equal(degraded.kind === 'chosen' && degraded.candidate.architecture, 'fast');
    const offer = nearestFeasible(entry, query({ minAccuracy: 0.995 }), params);
    assert.equal(offer?.candidate.architecture, 'fast');
    assert.equal(whatIf(entry, query({ minAccuracy: 0.95 }), params).nearest?.candidate.architecture, 'fast');
  });

  it('chooses a dominated candidate for a floor between its estimate and that of its equal dominator', () => {
    const entry = excluding(
      target({ ...fast, accuracy: 0.979 }, by({ ...best, accuracy: 0.981 }, 'fast')),
      undefined,
      'dominated',
    );
    const chosen = (minAccuracy: number, accuracyBound: 'point' | 'lower95' = 'point'): string => {
      const selection = selectVariant(entry, query({ minAccuracy, accuracyBound }), undefined, params);
      return selection.kind === 'chosen' ? selection.candidate.architecture : selection.kind;
    };
    assert.deepEqual([chosen(0.979), chosen(0.98), chosen(0.981), chosen(0.982)], ['fast', 'best', 'best', 'refused']);
    assert.deepEqual([chosen(0.959, 'lower95'), chosen(0.96, 'lower95')], ['fast', 'best']);
    assert.equal(nearestFeasible(entry, query({ minAccuracy: 0.99 }), params)?.objective.minAccuracy, 0.981);
    const without = selectVariant(entry, query({ prefer: 'accuracy' }), undefined, params);
    assert.equal(without.kind === 'chosen' && without.candidate.architecture, 'fast');
  });

  it('chooses the same as without the excluded candidates', () => {
    const fields = fc.record({ cost: fc.integer({ min: 1, max: 9 }), accuracy: fc.constantFrom(0.8, 0.9, 0.95) });
    const choices = fc.constantFrom<Exclusion | undefined>('denied', 'not-pinned', 'dominated', undefined);
    const floor = fc.constantFrom(undefined, 0.85, 0.92);
    fc.assert(
      fc.property(fc.array(fc.tuple(fields, choices), { maxLength: 8 }), floor, (all, minAccuracy) => {
        const named = all.map(([one], i): CandidateFields => ({ ...one, name: `c${i}` }));
        const kept = named.filter((_, i) => all[i]?.[1] === undefined);
        const entry = excluding(target(...named), ...all.map(([, exclusion]) => exclusion));
        const input = query(minAccuracy === undefined ? {} : { minAccuracy });
        const selection = selectVariant(entry, input, undefined, params);
        const alone = selectVariant(target(...kept), input, undefined, params);
        assert.equal(selection.kind, alone.kind);
        if (selection.kind === 'chosen' && alone.kind === 'chosen')
          assert.equal(selection.candidate.architecture, alone.candidate.architecture);
      }),
      { numRuns: 150 },
    );
  });
});
