import assert from 'node:assert/strict';
import type { Exclusion, RuleInForce, TargetEntry } from '@pareto/core';
import fc from 'fast-check';
import {
  createTrace,
  defaultSelectParams as params,
  exclusionsOf,
  idleLoads,
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
  ['nothing is in the way', left('task', [fast, best]), undefined],
  ['a rule about something else', left('task', [fast, best], rule('deny', 'other')), undefined],
  ['a variant is denied', left('task', [fast, best], rule('deny', 'fast:original')), ['denied', undefined]],
  ['an architecture is', left('task', [fast, best], rule('deny', 'best')), [undefined, 'denied']],
  ['to this task', left('task', [fast], rule('deny', 'fast', 'digits')), ['denied']],
  ['to another task', left('task', [fast], rule('deny', 'fast', 'words')), undefined],
  ['and is named', left('variant', [fast], rule('deny', 'fast')), ['denied']],
  ['with its architecture named', left('architecture', [fast], rule('deny', 'fast:original')), ['denied']],
  ['a variant is pinned', left('task', [fast, best], rule('pin', 'best:original')), ['not-pinned', undefined]],
  ['two are', left('task', [fast, best], rule('pin', 'best'), rule('pin', 'fast', 'digits')), undefined],
  ['another is named', left('variant', [fast], rule('pin', 'best')), undefined],
  ['to another task', left('task', [fast], rule('pin', 'best', 'words')), undefined],
  ['to all tasks, and this one does not have it', left('task', [fast], rule('pin', 'best')), undefined],
  ['to this task, which does not have it', left('task', [fast], rule('pin', 'best', 'digits')), ['not-pinned']],
  ['and denied', left('task', [fast, best], rule('pin', 'fast'), rule('deny', 'fast')), ['denied', 'not-pinned']],
  ['one is dominated', left('task', [by(fast, 'best'), best]), ['dominated', undefined]],
  ['and named', left('variant', [by(fast, 'best')]), undefined],
  ['and pinned', left('task', [by(fast, 'best'), best], rule('pin', 'fast:original')), [undefined, 'not-pinned']],
  [
    'one is dominated by another architecture, and its own is named',
    left('architecture', [by(fast, 'best')]),
    undefined,
  ],
  [
    'by one of its own, which is named',
    left('architecture', [by(fast, 'fast:fp16', true), { ...fast, recipe: 'fp16' }]),
    ['dominated', undefined],
  ],
  [
    'by one of its own that does not dominate alone, with its architecture pinned',
    left('task', [by(fast, 'best', true), { ...fast, recipe: 'fp16' }, best], rule('pin', 'fast')),
    ['dominated', undefined, 'not-pinned'],
  ],
  ['a warm one is dominated by a cold one', left('task', [by(fast, 'best'), { ...best, replicas: 0 }]), undefined],
  [
    'both are cold',
    left('task', [by({ ...fast, replicas: 0 }, 'best'), { ...best, replicas: 0 }]),
    ['dominated', undefined],
  ],
  [
    'a cold one by one that no worker can load',
    left('task', [by({ ...fast, replicas: 0 }, 'best'), { ...best, replicas: 0, placeable: false }]),
    undefined,
  ],
  ['by a quarantined one', left('task', [by(fast, 'best'), { ...best, quarantined: true }]), undefined],
  ['by a denied one', left('task', [by(fast, 'best'), best], rule('deny', 'best')), [undefined, 'denied']],
  [
    'by one that is warm, while another is not',
    left('task', [by(fast, 'best'), best, { ...fast, recipe: 'fp16', replicas: 0 }]),
    ['dominated', undefined, undefined],
  ],
  [
    'by one that is cold, while another of its architecture is warm',
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

  it('passes over what the target leaves out, and says why', () => {
    const trace = createTrace();
    const selection = selectVariant(excluding(family, 'denied', undefined), query(), idleLoads, params, trace);
    assert.ok(selection.kind === 'chosen');
    assert.equal(selection.candidate.architecture, 'best');
    assert.equal(trace.counts[verdicts.indexOf('denied')], 1);
    assert.deepEqual(
      Array.from({ length: trace.size }, (_, rank) => verdicts[trace.verdictCodes[rank] ?? 0]),
      ['eligible', 'denied'],
    );
  });

  it('refuses with the rules where they leave nothing', () => {
    const refused = selectVariant(excluding(family, 'denied', 'not-pinned'), query(), idleLoads, params);
    assert.deepEqual(refused, { kind: 'refused', reason: 'ruled-out', nearest: undefined });
    const one = excluding(family, 'denied', undefined);
    const infeasible = selectVariant(one, query({ minAccuracy: 0.999 }), idleLoads, params);
    assert.equal(infeasible.kind === 'refused' && infeasible.reason, 'infeasible');
    const degraded = query({ minAccuracy: 0.999, degrade: 'allow' });
    assert.deepEqual(selectVariant(excluding(family, 'denied', 'denied'), degraded, idleLoads, params), refused);
  });

  it('does not degrade to what is left out, nor offer it', () => {
    const entry = excluding(family, undefined, 'dominated');
    const degraded = selectVariant(entry, query({ minAccuracy: 0.999, degrade: 'allow' }), idleLoads, params);
    assert.equal(degraded.kind === 'chosen' && degraded.candidate.architecture, 'fast');
    const offer = nearestFeasible(entry, query({ minAccuracy: 0.995 }), params);
    assert.equal(offer?.candidate.architecture, 'fast');
    assert.equal(whatIf(entry, query({ minAccuracy: 0.95 }), params).nearest?.candidate.architecture, 'fast');
  });

  it('chooses what it would of the others alone', () => {
    const fields = fc.record({ cost: fc.integer({ min: 1, max: 9 }), accuracy: fc.constantFrom(0.8, 0.9, 0.95) });
    const choices = fc.constantFrom<Exclusion | undefined>('denied', 'not-pinned', 'dominated', undefined);
    const floor = fc.constantFrom(undefined, 0.85, 0.92);
    fc.assert(
      fc.property(fc.array(fc.tuple(fields, choices), { maxLength: 8 }), floor, (all, minAccuracy) => {
        const named = all.map(([one], i): CandidateFields => ({ ...one, name: `c${i}` }));
        const kept = named.filter((_, i) => all[i]?.[1] === undefined);
        const entry = excluding(target(...named), ...all.map(([, exclusion]) => exclusion));
        const asked = query(minAccuracy === undefined ? {} : { minAccuracy });
        const selection = selectVariant(entry, asked, idleLoads, params);
        const alone = selectVariant(target(...kept), asked, idleLoads, params);
        assert.equal(selection.kind, alone.kind);
        if (selection.kind === 'chosen' && alone.kind === 'chosen')
          assert.equal(selection.candidate.architecture, alone.candidate.architecture);
      }),
      { numRuns: 150 },
    );
  });
});
