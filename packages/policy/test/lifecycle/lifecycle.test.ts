import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import fc from 'fast-check';
import {
  classifyVariant,
  defaultClassifyParams,
  isQuarantined,
  transition,
  type ReplicaEvent,
  type ReplicaLife,
} from '../../src/index.js';

const at = milliseconds(5);
const kinds = ['loaded', 'warmed', 'drained', 'failed', 'restarted'] as const;
const event = (kind: (typeof kinds)[number]): ReplicaEvent =>
  kind === 'failed' || kind === 'restarted' ? { kind, at, reason: 'signal 9' } : { kind, at };

const lives: Readonly<Record<ReplicaLife['state'], ReplicaLife>> = {
  loading: { state: 'loading', since: milliseconds(1) },
  warming: { state: 'warming', since: milliseconds(1), loadMs: milliseconds(1) },
  ready: { state: 'ready', since: milliseconds(1), loadMs: milliseconds(1) },
  draining: { state: 'draining', since: milliseconds(1) },
  failed: { state: 'failed', since: milliseconds(1), reason: 'out of memory' },
};

describe('transition', () => {
  const table = {
    loading: ['warming', 'loading', 'draining', 'failed', 'loading'],
    warming: ['warming', 'ready', 'draining', 'failed', 'loading'],
    ready: ['ready', 'ready', 'draining', 'failed', 'loading'],
    draining: ['draining', 'draining', 'draining', 'draining', 'draining'],
    failed: ['failed', 'failed', 'draining', 'failed', 'failed'],
  } as const;
  for (const [state, nexts] of Object.entries(table)) {
    kinds.forEach((kind, i) => {
      it(`${state}, ${kind} → ${nexts[i]}`, () => {
        assert.equal(transition(lives[state as ReplicaLife['state']], event(kind)).state, nexts[i]);
      });
    });
  }

  it('never leaves draining', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...kinds)), (after) => {
        assert.equal(after.map(event).reduce(transition, lives.draining).state, 'draining');
      }),
    );
  });
});

describe('isQuarantined', () => {
  it('is true after the second query that killed two executors', () =>
    assert.deepEqual([0, 1, 2, 3].map(isQuarantined), [false, false, true, true]));
});

describe('classifyVariant', () => {
  const cases = [
    [0, 1, true, 'inactive'],
    [1, 0.95, true, 'overloaded'],
    [1, 0.5, true, 'interfered'],
    [1, 0.5, false, 'active'],
  ] as const;
  for (const [replicasReady, utilisation, interfered, expected] of cases) {
    it(expected, () => {
      assert.equal(classifyVariant({ replicasReady, utilisation, interfered }, defaultClassifyParams), expected);
    });
  }
});
