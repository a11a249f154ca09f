import assert from 'node:assert/strict';
import { bytes, hardwareClassId, milliseconds, replicaId, variantId, workerId, type Assignment } from '@pareto/core';
import type { Observed } from '@pareto/policy';
import { maxTransactionBytes } from '@pareto/state';
import { buildHardwareClass, buildSlotGroup, buildWorkerInfo } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { planRecord } from '../../src/history/plan-record.js';
import { emptyObserved, recordedTurn } from '../support/recorded-turn.js';

const assignment = (at: number, variant: string): Assignment => ({
  ...{ replica: replicaId(`r${at}`), variant: variantId(variant), version: 1, worker: workerId('w') },
  hardwareClass: hardwareClassId('cpu/x'),
});

const ready = (one: Assignment): Observed['replicas'][number] => ({
  ...{ assignment: one, state: 'ready', memoryBytes: bytes(0) },
  ...{ since: milliseconds(0), readyAt: milliseconds(0), lastUsedAt: milliseconds(0) },
});

describe('planRecord', () => {
  it('counts the replicas after the actions, with the reason of a need', () => {
    const [first, second, third] = ['a:x', 'a:x', 'b:x'].map((variant, at) => assignment(at, variant));
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const replicas = [first, third].map(ready);
    const kept = [
      { replica: first.replica, source: undefined, reason: 'no need: kept while it is used' },
      { replica: second.replica, source: 'demand', reason: 'demand' },
    ];
    const record = planRecord(
      recordedTurn({
        observed: { ...emptyObserved, replicas },
        plan: { kept, unmet: [] },
        actions: [
          { kind: 'load', assignment: second, reason: 'demand' },
          { kind: 'unload', assignment: third, reason: 'idle' },
        ],
      }),
    );
    const on = { version: 1, hardwareClass: 'cpu/x' };
    assert.deepEqual(record.replicas, [{ ...on, variant: 'a:x', replicas: 2, source: 'demand', reason: 'demand' }]);
    assert.deepEqual(record.counts, { loads: 1, unloads: 1, replicas: 2, itemsPerSecond: 0 });
    assert.deepEqual(record.quality, { source: 'greedy', planId: 'p', ageMs: 600 });
  });

  it('has the price of congestion of each class', () => {
    const ofClass = buildHardwareClass();
    const info = buildWorkerInfo({ id: workerId('w'), slotGroups: [buildSlotGroup(ofClass)] });
    const worker = { info, presence: 'connected', draining: false, measuring: undefined, making: undefined } as const;
    const observed = { ...emptyObserved, workers: [worker] };
    const congestion = { usdPerHour: { [ofClass.id]: 3 }, accuracyUsd: 1, missUsd: 10 };
    const prices = [congestion, undefined].map((one) => {
      const { classes } = planRecord(recordedTurn({ observed, congestion: one }));
      return classes.map(({ congestionUsdPerHour }) => congestionUsdPerHour);
    });
    assert.deepEqual(prices, [[3], [0]]);
  });

  it('leaves out replicas that leave with their workers, which others replace', () => {
    const staying = assignment(1, 'a:x');
    const leaving = { ...assignment(2, 'a:x'), worker: workerId('gone') };
    const replicas = [staying, leaving].map(ready);
    const info = buildWorkerInfo({ id: workerId('gone') });
    const there = { info, presence: 'connected', draining: false, measuring: undefined, making: undefined } as const;
    for (const worker of [
      { ...there, presence: 'gone' as const },
      { ...there, draining: true },
    ]) {
      const { counts } = planRecord(recordedTurn({ observed: { ...emptyObserved, replicas, workers: [worker] } }));
      assert.equal(counts.replicas, 1);
    }
  });

  it('adds up demands that a person cannot tell apart', () => {
    const demand = { variants: [variantId('a:x')] as const, latencyMs: milliseconds(50), itemsPerSecond: 3 };
    const ladder = { ...demand, variants: [variantId('a:x'), variantId('b:x')] as const };
    const { demands, counts } = planRecord(
      recordedTurn({ demand: [demand, ladder, { ...demand, prefersAccuracy: true }] }),
    );
    assert.deepEqual(
      demands.map(({ variant, itemsPerSecond, prefersAccuracy }) => [variant, itemsPerSecond, prefersAccuracy]),
      [
        ['a:x', 6, false],
        ['a:x', 3, true],
      ],
    );
    assert.equal(counts.itemsPerSecond, 9);
  });

  it('fits a transaction of the store, however many and long its rows are', () => {
    const loads = Array.from({ length: 20_000 }, (_, at) => ({
      ...{ kind: 'load' as const, assignment: assignment(at, `model-${at}-${'n'.repeat(at % 100)}:x`) },
      reason: 'é'.repeat(500),
    }));
    const kept = loads.map(({ assignment: { replica }, reason }) => ({ replica, source: 'demand', reason }));
    const unmet = loads.map(({ assignment: { variant }, reason }) => ({
      ...{ variant, source: 'demand', cause: 'memory' as const, reason },
    }));
    const record = planRecord(recordedTurn({ actions: loads, plan: { kept, unmet } }));
    assert.ok(Buffer.byteLength(JSON.stringify(record)) < maxTransactionBytes - 10_000);
    assert.ok(record.replicas.length > 100 && record.actions.length > 50 && record.unmet.length > 50);
    assert.equal(record.omitted, 20_000 - record.replicas.length);
    assert.deepEqual([record.counts.loads, record.counts.replicas], [20_000, 20_000]);
  });
});
