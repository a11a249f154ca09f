import assert from 'node:assert/strict';
import type { VariantId } from '@pareto/core';
import { liveSlowdowns, type ActiveReplica } from '../../src/index.js';
import { profile } from '../support/candidates.js';

const [a, b] = ['a:original' as VariantId, 'b:original' as VariantId];
const [fast, slow] = ['fast', 'slow'] as unknown as readonly ActiveReplica['assignment']['hardwareClass'][];

const variant = (id: VariantId, measured: Readonly<Record<string, Readonly<Record<number, number>>>>) => ({
  variant: { id, version: 1 },
  measurements: Object.entries(measured).map(([hardwareClass, points]) => ({
    ...{ variant: id, version: 1, hardwareClass: hardwareClass as typeof fast, measuredAt: 0 },
    result: { kind: 'measured', profile: profile(points) },
  })),
});
const variants = [
  variant(a, { fast: { 1: 10, 4: 16 }, slow: { 1: 30, 4: 48 } }),
  variant(b, { fast: { 1: 5 } }),
] as unknown as Parameters<typeof liveSlowdowns>[1];

const active = (
  id: VariantId,
  hardwareClass: typeof fast | undefined,
  busyMs: number,
  executions: number,
  items = executions,
): ActiveReplica => ({
  assignment: { variant: id, version: 1, hardwareClass: hardwareClass ?? assert.fail() },
  recent: { elapsedMs: 1_000, busyMs, executions, items },
});

describe('the live slowdown', () => {
  it('compares with the profiled time of batches of the mean size, over all replicas and classes of a variant', () => {
    assert.deepEqual(liveSlowdowns([active(a, fast, 800, 40)], variants), new Map([[a, 2]]));
    assert.deepEqual(liveSlowdowns([active(a, fast, 800, 25, 100)], variants), new Map([[a, 2]]), 'batches of 4');
    const both = [active(a, fast, 400, 40), active(a, slow, 800, 20), active(b, fast, 900, 60)];
    assert.deepEqual(
      liveSlowdowns(both, variants),
      new Map([
        [a, 1.2],
        [b, 3],
      ]),
    );
  });

  it('leaves out what is as fast as profiled, hardly busy, idle or not measured, and is bounded', () => {
    const cases = [active(a, fast, 390, 40), active(a, fast, 90, 1), active(a, fast, 0, 0)];
    for (const one of cases) assert.deepEqual(liveSlowdowns([one], variants), new Map());
    assert.deepEqual(liveSlowdowns([active(b, slow, 900, 10)], variants), new Map(), 'no profile on the class');
    assert.deepEqual(liveSlowdowns([active(b, fast, 900, 1)], variants), new Map([[b, 10]]));
  });
});
