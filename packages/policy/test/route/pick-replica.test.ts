import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSeededRng, replicaId, type ReplicaLoad } from '@pareto/core';
import { buildReplicaRoute, buildTargetEntry } from '@pareto/testkit';
import {
  createReplicaLoads,
  defaultRouteParams,
  defaultSelectParams,
  loadField,
  selectVariant,
  type PickRequest,
} from '../../src/index.js';
import { candidate, query } from '../support/candidates.js';

const params = defaultRouteParams;
const any = { items: 1, limitMs: Infinity, maxWaitMs: Infinity };
const load = (backlogMs: number, interfered = false): ReplicaLoad => ({
  ...{ backlogMs, queuedItems: backlogMs > 0 ? 1 : 0, runningItems: 0, itemMs: 10, typical: 1, slow: 1, interfered },
});

/** Creates loads of `c0-0`, `c0-1` and so on, which are free after these times. The first `locals` are local. */
function setUp(waits: readonly (number | undefined)[], locals: number) {
  const address = (index: number): string => (index < locals ? 'here:1' : 'there:1');
  const replicas = waits.map((_, index) => buildReplicaRoute(`c0-${index}`, { address: address(index) }));
  const one = { ...candidate(0), replicas };
  const loads = createReplicaLoads(params);
  loads.apply({ kind: 'table', table: { candidates: [one] }, localAddress: 'here:1' }, 0, []);
  const report = (index: number, reported: ReplicaLoad | undefined): void =>
    loads.apply({ kind: 'reported', replica: replicaId(`c0-${index}`), load: reported }, 0, []);
  for (const [index, wait] of waits.entries()) report(index, wait === undefined ? undefined : load(wait));
  const rng = createSeededRng(3);
  const pickMany = (request: PickRequest): readonly number[] =>
    Array.from({ length: 500 }, () => Number(loads.pick(one, request, 0, rng)?.id.slice(3)));
  return {
    ...{ one, loads, report },
    /** Returns the indices of the replicas that many picks return. */
    picked: (request: PickRequest = any): readonly number[] => [...new Set(pickMany(request))].sort(),
    /** Returns the share of a replica in many picks. */
    shareOf: (index: number): number => pickMany(any).filter((picked) => picked === index).length / 500,
  };
}

describe('a local replica', () => {
  it('is preferred while it is as good as the others', () => {
    assert.deepEqual(setUp([0, 0, 0, 0], 1).picked(), [0], 'all are idle');
    assert.deepEqual(setUp([0.9, 0, 0, 0], 1).picked(), [0], 'it is free before a query arrives elsewhere');
    assert.deepEqual(setUp([30, 30, 30, 30], 1).picked(), [0], 'all are equally busy');
  });

  it('is not preferred if another one is predicted to complete the query earlier', () => {
    assert.ok(setUp([2, 0, 0], 1).shareOf(0) < 0.15, 'only if both draws hit it');
    assert.deepEqual(setUp([undefined, 0, 0], 1).picked(), [1, 2], 'it cannot be called');
  });

  it('that is free first is picked among several', () => {
    assert.deepEqual(setUp([20, 10, 15, 30], 3).picked(), [1]);
  });

  it('is considered for a part of the queries while it is Interfered', () => {
    const { report, picked } = setUp([0, 0], 1);
    report(0, load(0, true));
    assert.deepEqual(picked(), [0, 1]);
  });

  it('is what selection reads, with its short way', () => {
    const { loads } = setUp([0.5, 0], 1);
    const read = (name: keyof typeof loadField): number => loads.candidates[loadField[name]] ?? NaN;
    assert.deepEqual([read('freeAt'), read('hopMs'), read('aheadItems')], [0.5, 0.05, 1]);
    assert.deepEqual(
      [loads.wayMsOf(replicaId('c0-0'), 100), loads.wayMsOf(replicaId('c0-1'), 100)],
      [0.05, params.hopMs],
    );
  });

  it('is not known without a local worker', () => assert.deepEqual(setUp([0, 0], 0).picked(), [0, 1]));

  it('does not change what selection promises', () => {
    const scene = fc.record({
      waits: fc.array(fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }), { minLength: 1, maxLength: 12 }),
      locals: fc.integer({ min: 0, max: 4 }),
      latencyMs: fc.integer({ min: 5, max: 250 }),
    });
    fc.assert(
      fc.property(scene, ({ waits, locals, latencyMs }) => {
        const { loads, one, picked } = setUp(waits, locals);
        const selection = selectVariant(buildTargetEntry([one]), query({ latencyMs }), loads.candidates, {
          ...defaultSelectParams,
          hopMs: 0,
        });
        if (selection.kind !== 'chosen') return;
        for (const index of picked({ items: 1, limitMs: latencyMs, maxWaitMs: Infinity })) {
          const wait = waits[index] ?? Infinity;
          const hopMs = index < locals ? 0.05 : params.hopMs;
          // An idle replica gets the query if its profile alone meets the objective.
          assert.ok(wait + 12 + (wait === 0 ? 0 : hopMs) <= latencyMs + 1e-9, `${wait} ms of ${latencyMs}`);
        }
      }),
    );
  });
});
