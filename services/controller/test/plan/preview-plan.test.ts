import assert from 'node:assert/strict';
import { createTurnCore, defaultTurnParams, solvingParams, type PreviewChanges } from '@pareto/policy';
import type { Solver } from '@pareto/solver';
import { describe, it } from 'mocha';
import { createWriteQueue } from '../../src/leadership/write-queue.js';
import { previewPlan, type PreviewContext } from '../../src/plan/preview-plan.js';
import { changesFrom } from '../../src/plan/preview-request.js';
import { emptyObserved } from '../support/recorded-turn.js';

const changes: PreviewChanges = { demands: [], prices: { 'cpu/': 1 }, added: [], removed: [] };

const context = (fields: Partial<PreviewContext> = {}): PreviewContext => ({
  ...{ turn: solvingParams(defaultTurnParams), solver: undefined, runPreview: createWriteQueue() },
  lastTurn: () => ({ observed: emptyObserved, state: createTurnCore(defaultTurnParams).state }),
  ...fields,
});
const never = new AbortController().signal;

describe('previewPlan', () => {
  it('returns the record of a fleet without anything', async () => {
    const { plan, isSettled, loadMs } = await previewPlan(context(), changes, never);
    assert.deepEqual([plan.replicas, plan.counts.loads, isSettled, loadMs], [[], 0, true, 0]);
  });

  it('is unavailable before the first turn of a term', async () => {
    const before = context({ lastTurn: () => undefined });
    await assert.rejects(previewPlan(before, changes, never), { code: 'unavailable', message: /has not planned yet/ });
  });

  it('ends when its call is cancelled while it waits', async () => {
    const cancelled = new AbortController();
    cancelled.abort(new Error('cancelled'));
    const solver: Solver = {
      solve: () => assert.fail('nothing is solved'),
      close: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
    await assert.rejects(previewPlan(context({ solver }), changes, cancelled.signal), { message: 'cancelled' });
  });
});

describe('changesFrom', () => {
  const same = { objective: null, withoutFloor: false };
  const present = { objective: undefined };
  const empty = { demands: [], usdPerHour: {}, added: [], removedWorkers: [] };

  it('reads rates, factors, looser objectives and prices', () => {
    const demands = [
      { ...same, target: 'a', factor: 2 },
      { ...same, target: 'b', itemsPerSecond: 3 },
      { ...same, target: 'c', latencyFactor: 2 },
      { ...same, target: 'd', factor: 3, withoutFloor: true },
    ];
    assert.deepEqual(changesFrom({ ...empty, demands, usdPerHour: { 'cpu/': 0.5 } }), {
      demands: [
        { target: 'a', objective: undefined, amount: { factor: 2 } },
        { target: 'b', objective: undefined, amount: { itemsPerSecond: 3 } },
        { ...present, target: 'c', amount: { factor: 1 }, looser: { latencyFactor: 2, withoutFloor: false } },
        { ...present, target: 'd', amount: { factor: 3 }, looser: { latencyFactor: 1, withoutFloor: true } },
      ],
      ...{ prices: { 'cpu/': 0.5 }, added: [], removed: [] },
    });
  });

  it('rejects a demand without an amount or with two, and a price that is none', () => {
    const both = { ...same, target: 'a', factor: 2, itemsPerSecond: 3 };
    for (const demands of [[both], [{ ...same, target: 'a' }]])
      assert.throws(() => changesFrom({ ...empty, demands }), {
        code: 'invalid-argument',
        message: /either a factor or/,
      });
    assert.throws(() => changesFrom({ ...empty, usdPerHour: { 'cpu/': -1 } }), { code: 'invalid-argument' });
  });
});
