import { deepEqual, equal } from 'node:assert/strict';
import { milliseconds, variantId, type Plan } from '@pareto/core';
import { planReplicas } from '../../src/place/plan-replicas.js';
import { defaultPlacementParams, type PlacementReplica } from '../../src/snapshot/snapshot.js';
import { brief, demandOf, replica, snapshot, task, variant, worker } from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1 };
const { minResidencyMs, loadingMs, quietMs, busyLoad, busyMs } = params;
const now = 100_000;
const [old, young] = [{ since: milliseconds(now - minResidencyMs) }, { since: milliseconds(now - 1_000) }];
const [inUse, quiet] = [{ lastUsedAt: milliseconds(now - 100) }, { lastUsedAt: milliseconds(now - quietMs) }];
const there = variantId('there:original');
const cold = variantId('cold:original');
const secondsPerItem = 0.01;

interface Fields {
  readonly replica: Partial<PlacementReplica>;
  /** Slot time that demand takes of the replica that is there. */
  readonly load?: number;
  /** Need for the variant that is not loaded. */
  readonly need: 'held' | 'demand';
  /** Set if the replica that is there is the minimum of its task. */
  readonly isRequired?: boolean;
}

/** Plans for two variants on a worker that has memory for one of them. */
const plan = ({ replica: fields, load = 0, need, isRequired = true }: Fields): Plan =>
  planReplicas(
    snapshot({
      now: milliseconds(now),
      tasks: isRequired ? [task('there')] : [],
      variants: [variant(there, { p50Ms: 10, task: 'there' }), variant(cold, { p50Ms: 10, task: 'cold' })],
      workers: [worker('a', 120, { slots: 2 })],
      replicas: [replica('1', there, 'a', fields)],
      demand: demandOf(
        ...(load > 0 ? [[there, load / secondsPerItem] as const] : []),
        ...(need === 'demand' ? [[cold, 1] as const] : []),
      ),
      held: need === 'held' ? [cold] : [],
    }),
    params,
  );

const evicted = [`unload ${there} on a`];

describe('a replica that its need would load again', () => {
  it('is not evicted until it has been ready for the minimum time, and the next plan is due then', () => {
    const kept = plan({ replica: { ...young, ...inUse }, need: 'demand' });
    deepEqual(brief(kept), []);
    equal(kept.nextAt, now - 1_000 + minResidencyMs);
    deepEqual(
      kept.unmet.map(({ variant: id, source, cause, reason }) => [id, source, cause, reason]),
      [[cold, 'demand', 'residency', `demand: waits for ${there} on a, loaded shortly before or busy`]],
    );
    deepEqual(brief(plan({ replica: { ...old, ...inUse }, need: 'demand' })), evicted);
  });

  it('is not evicted while it loads, unless that takes too long', () => {
    const since = (ms: number) => ({ state: 'loading', since: milliseconds(now - ms) }) as const;
    const kept = plan({ replica: since(loadingMs - 1), need: 'demand' });
    deepEqual(brief(kept), []);
    equal(kept.nextAt, now + 1);
    deepEqual(brief(plan({ replica: since(loadingMs), need: 'demand' })), evicted);
  });

  it('is evicted after the minimum time however late it was ready again', () => {
    const again = { since: young.since, readyAt: old.since } as const;
    deepEqual(brief(plan({ replica: { ...again, ...inUse }, need: 'demand' })), evicted);
    deepEqual(brief(plan({ replica: { ...again, ...inUse, state: 'loading' }, need: 'demand' })), evicted);
  });

  it('is evicted for held queries before that if it has not answered yet and has no demand', () => {
    const unused = { ...young, lastUsedAt: young.since };
    deepEqual(brief(plan({ replica: unused, need: 'held' })), evicted);
    deepEqual(brief(plan({ replica: { state: 'loading', ...unused }, need: 'held' })), evicted);
    deepEqual(brief(plan({ replica: unused, load: busyLoad / 2, need: 'held' })), []);
    deepEqual(brief(plan({ replica: { ...young, ...inUse }, need: 'held' })), []);
  });

  it('is not evicted for held queries while it is busy, but when it answers little, is quiet, or had its time', () => {
    const busy = { replica: { ...old, ...inUse }, load: 2 * busyLoad, need: 'held' } as const;
    const kept = plan(busy);
    deepEqual(brief(kept), []);
    equal(kept.nextAt, inUse.lastUsedAt + quietMs);
    deepEqual(brief(plan({ ...busy, load: busyLoad / 2 })), evicted);
    deepEqual(brief(plan({ ...busy, replica: { ...old, ...quiet } })), evicted);
    deepEqual(brief(plan({ ...busy, replica: { since: milliseconds(now - busyMs), ...inUse } })), evicted);
  });
});

describe('a replica that no need would load again', () => {
  it('is evicted although it has just become ready', () => {
    const isRequired = false;
    deepEqual(brief(plan({ replica: { ...young, ...inUse }, isRequired, need: 'demand' })), evicted);
  });
});
