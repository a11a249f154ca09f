import assert from 'node:assert/strict';
import { digest, milliseconds, variantId, type HardwareClassId, type Plan, type ReplicaCount } from '@pareto/core';
import { planReplicas } from '../../src/place/plan-replicas.js';
import { defaultPlacementParams } from '../../src/snapshot/snapshot.js';
import { carryOut } from './carry-out.js';
import {
  alsoOn,
  architecture,
  brief,
  cpu,
  demandOf,
  files,
  gpu,
  replica,
  snapshot,
  variant,
  warmthRule,
  worker,
  type SnapshotFields,
} from '../support/fixture.js';

const now = milliseconds(1_000_000);
const small = variant('small:original', { p50Ms: 1, accuracy: 0.9 });
const large = variant('large:original', { p50Ms: 4, accuracy: 0.99 });
const workers = ['a', 'b'].map((id) => worker(id, 1_000, { slots: 4 }));

const count = (
  of: string,
  replicas: number,
  { version = 1, on = cpu.id }: { readonly version?: number; readonly on?: HardwareClassId } = {},
): ReplicaCount => ({ variant: variantId(of), version, hardwareClass: on, replicas });

const world = (fields: SnapshotFields) => snapshot({ now, variants: [small, large], workers, ...fields });
const plan = (fields: SnapshotFields): Plan => planReplicas(world(fields), defaultPlacementParams);

describe('a frozen plan', () => {
  const replicas = [replica('1', 'small:original', 'a'), replica('2', 'small:original', 'b')];
  const frozen = [count('small:original', 2)];

  it('follows neither demand nor queries that wait nor rules', () => {
    const fields: SnapshotFields = {
      demand: demandOf([variantId('large:original'), 500], [variantId('small:original'), 5_000]),
      held: [variantId('large:original')],
      warmthRules: [warmthRule('warm', 'large:original')],
      replicas,
    };
    assert.notDeepEqual(brief(plan(fields)), []);
    const { actions, unmet, kept } = plan({ ...fields, frozen });
    assert.deepEqual([actions, unmet], [[], []]);
    assert.deepEqual(
      kept.map(({ source, reason }) => `${source}: ${reason}`),
      ['frozen: part of the frozen plan', 'frozen: part of the frozen plan'],
    );
  });

  it('keeps replicas that are idle', () => {
    const idle = { replicas, warmthRules: [warmthRule('cold', 'small:original')] };
    assert.notDeepEqual(brief(plan(idle)), []);
    assert.deepEqual(brief(plan({ ...idle, frozen })), []);
  });

  it('places the replicas again that a worker loses', () => {
    const [a, b] = workers;
    assert.ok(a !== undefined && b !== undefined);
    const lost = plan({ replicas, frozen, workers: [a, { ...b, presence: 'gone', isSilent: false }] });
    assert.ok(brief(lost).includes('load small:original on a'), brief(lost).join());
    const drained = plan({ replicas, frozen, workers: [a, { ...b, draining: true }] });
    assert.ok(brief(drained).includes('load small:original on a'), brief(drained).join());
  });

  it('loads its replicas before it unloads others, however recently these were used', () => {
    const used = replicas.map((one) => ({ ...one, lastUsedAt: now }));
    const back = [count('large:original', 1)];
    let state = world({ replicas: used, frozen: back });
    const steps: string[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      const next = planReplicas(state, defaultPlacementParams);
      steps.push(...brief(next));
      const moved = carryOut(state, next);
      // Queries still use the replicas that leave.
      state = {
        ...moved,
        replicas: moved.replicas.map((one) => ({ ...one, lastUsedAt: moved.now })),
        unloadedAt: new Map(),
      };
    }
    const [first, ...others] = steps;
    assert.match(first ?? '', /^load large:original on /);
    assert.deepEqual(others.toSorted(), ['unload small:original on a', 'unload small:original on b']);
  });

  it('keeps what it replaces while its own replicas have no room', () => {
    const full = [worker('a', 150)];
    const own = [replica('1', 'small:original', 'a', { lastUsedAt: now })];
    const fields = { workers: full, replicas: own, frozen: [count('small:original', 1), count('large:original', 1)] };
    assert.deepEqual(brief(plan(fields)), []);
    assert.deepEqual(
      plan(fields).unmet.map(({ variant: id, source, cause }) => `${source}: ${id} lacks ${cause}`),
      ['frozen: large:original lacks memory'],
    );
  });

  it('reports a variant that cannot be loaded any more', () => {
    const { unmet } = plan({ replicas, frozen: [...frozen, count('gone:original', 1)] });
    assert.deepEqual(
      unmet.map(({ reason }) => reason),
      ['part of the frozen plan: gone:original was deleted, denied or quarantined, or is not measured'],
    );
  });

  it('uses another class if the fleet has lost the one of a replica', () => {
    const both = alsoOn(small, gpu, 0.5);
    const on = [count('small:original', 1, { on: gpu.id })];
    assert.deepEqual(brief(plan({ variants: [both], frozen: on })), ['load small:original on a']);
    const withGpu = [...workers, worker('c', 1_000, { classes: [gpu] })];
    assert.deepEqual(brief(plan({ variants: [both], frozen: on, workers: withGpu })), ['load small:original on c']);
  });

  it('adds up the replicas of a lost class to those on another one', () => {
    const both = alsoOn(small, gpu, 0.5);
    const counts = [count('small:original', 1), count('small:original', 2, { on: gpu.id })];
    const own = [replica('1', 'small:original', 'a')];
    assert.deepEqual(brief(plan({ variants: [both], replicas: own, frozen: counts })).toSorted(), [
      'load small:original on a',
      'load small:original on b',
    ]);
  });

  it('unloads no replica of a task that has no ready one of its own', () => {
    const used = replicas.map((one) => ({ ...one, lastUsedAt: milliseconds(0) }));
    const turnsOf = (fields: SnapshotFields): readonly string[] => {
      let state = world({ replicas: used, ...fields });
      const steps: string[] = [];
      for (let turn = 0; turn < 8; turn += 1) {
        const next = planReplicas(state, defaultPlacementParams);
        steps.push(...brief(next));
        state = { ...carryOut(state, next), unloadedAt: new Map() };
      }
      return steps;
    };
    const back = [count('large:original', 2)];
    assert.deepEqual(turnsOf({ frozen: back, variants: [small] }), [], 'it was deleted');
    const quarantined = variant('large:original', { p50Ms: 4, quarantineReason: 'poisoned' });
    assert.deepEqual(turnsOf({ frozen: back, variants: [small, quarantined] }), []);
    const onGpu = variant('large:original@webgpu', { p50Ms: 4 });
    const elsewhere = [count('large:original@webgpu', 2, { on: gpu.id })];
    assert.deepEqual(turnsOf({ frozen: elsewhere, variants: [small, onGpu] }), [], 'no worker has its class');
    assert.deepEqual(turnsOf({ frozen: [] }), [], 'the plan has nothing of the task');
  });

  it('leaves a replica on a draining worker until its own are ready', () => {
    const [a, b] = workers;
    assert.ok(a !== undefined && b !== undefined);
    const on = [replica('1', 'small:original', 'a')];
    const fields = { replicas: on, workers: [{ ...a, draining: true }, b], frozen: [count('large:original', 1)] };
    assert.deepEqual(brief(plan(fields)), ['load large:original on b']);
    const ready = { ...fields, replicas: [...on, replica('2', 'large:original', 'b')] };
    assert.deepEqual(brief(plan(ready)), ['unload small:original on a']);
  });

  it('gives way to no measurement that queries wait for', () => {
    const result = { kind: 'made', modelDigest: digest('sha256:2'), manifest: files, similarity: 1, note: '' } as const;
    const made = { architecture: 'new', version: 1, recipe: 'int8-dynamic', result };
    const others = [variant('new:original', { p50Ms: 2 }), variant('new:int8-dynamic', { fileMib: 10 })];
    const fields = {
      variants: [small, large, ...others],
      architectures: [
        ...[architecture('small'), architecture('large')],
        architecture('new', { recipes: ['original', 'int8-dynamic'] }, [made]),
      ],
      workers: [worker('a', 250, { slots: 4 })],
      replicas: [replica('1', 'small:original', 'a'), replica('2', 'large:original', 'a')],
      held: [variantId('new:int8-dynamic')],
    };
    const unloadsOf = (own: SnapshotFields) => brief(plan(own)).filter((text) => text.startsWith('unload'));
    const both = [count('small:original', 1), count('large:original', 1)];
    assert.deepEqual(unloadsOf({ ...fields, frozen: both }), []);
  });

  it('starts no rollout, and keeps the replicas of one that it has', () => {
    const next = variant('small:original', { p50Ms: 1, version: 2 });
    const variants = [small, next];
    const served = new Map([['small', 1]]);
    const rolling = { variants, served, replicas };
    assert.notDeepEqual(brief(plan(rolling)), []);
    assert.deepEqual(brief(plan({ ...rolling, frozen })), []);
    const during = [...replicas, replica('3', 'small:original', 'a', { version: 2 })];
    const both = [...frozen, count('small:original', 1, { version: 2 })];
    assert.deepEqual(brief(plan({ ...rolling, replicas: during, frozen: both })), []);
  });
});
