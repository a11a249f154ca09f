import assert from 'node:assert/strict';
import { milliseconds, variantId, type Milliseconds, type Plan, type SelectionRule } from '@pareto/core';
import { observeChanges } from '../../src/place/observe-changes.js';
import { observeIdle } from '../../src/place/observe-idle.js';
import { planReplicas } from '../../src/place/plan-replicas.js';
import { defaultPlacementParams, type PlacementSnapshot } from '../../src/snapshot/snapshot.js';
import { carryOut } from './carry-out.js';
import {
  brief,
  demandOf,
  replica,
  snapshot,
  task,
  variant,
  warmthRule,
  worker,
  type SnapshotFields,
} from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 2 };
const { idleMs } = params;
const now = milliseconds(1_000_000);
const tasks = [task('digits'), task('words')];
const busy = variant('busy:original', { p50Ms: 1 });
const quiet = variant('quiet:original', { p50Ms: 1, task: 'words' });
const variants = [busy, quiet];
const loaded = replica('1', 'quiet:original', 'a', { lastUsedAt: milliseconds(1) });
/** A worker with room for one replica. */
const small = [worker('a', 150)];
const idleSince = (...names: readonly string[]): ReadonlyMap<string, Milliseconds> =>
  new Map(names.map((name) => [name, milliseconds(now - idleMs)]));

const plan = (fields: SnapshotFields): Plan =>
  planReplicas(snapshot({ now, tasks, variants, idleSince: idleSince('words'), ...fields }), params);

describe('an idle task', () => {
  it('keeps its variants, and a copy of each, while memory is free', () => {
    const workers = [worker('a', 250), worker('b', 250)];
    const ids = ['busy:original', 'quiet:original'];
    const replicas = ids.flatMap((id) => ['a', 'b'].map((on) => replica(`${id} ${on}`, id, on)));
    assert.deepEqual(brief(plan({ workers, replicas })), []);
    const sources = plan({ workers, replicas }).kept.map(({ source, reason }) => `${source}: ${reason}`);
    assert.ok(sources.includes('spare: its task is idle, and memory is free'));
    assert.deepEqual(brief(plan({ workers: [worker('a', 250)], replicas: [] })).toSorted(), [
      'load busy:original on a',
      'load quiet:original on a',
    ]);
  });

  it('keeps nothing where a task in use lacks the memory, even without demand', () => {
    const fields = { workers: small, replicas: [loaded] };
    assert.deepEqual(brief(plan(fields)), ['unload quiet:original on a']);
    assert.deepEqual(brief(plan({ ...fields, idleSince: new Map() })), [], 'both are in use');
    const recently = new Map([['words', milliseconds(now - idleMs + 1)]]);
    const made = plan({ ...fields, idleSince: recently });
    assert.deepEqual([brief(made), made.nextAt <= now + 1], [[], true]);
  });

  it('evicts nothing, neither for its minimum nor in turns with another idle task', () => {
    const used = replica('1', 'old:original', 'a', { lastUsedAt: now });
    const old = variant('old:original', { p50Ms: 5, accuracy: 0.5 });
    const idle = idleSince('words', 'digits');
    assert.deepEqual(
      brief(plan({ variants: [old, ...variants], workers: small, replicas: [used], idleSince: idle })),
      [],
    );
    assert.deepEqual(brief(plan({ workers: small, replicas: [loaded], idleSince: idle })), []);
  });

  it('is loaded for a held query, in the place of what other idle tasks keep', () => {
    const held = [variantId('busy:original')];
    const idle = idleSince('words', 'digits');
    const made = plan({ workers: small, replicas: [loaded], held, idleSince: idle });
    assert.deepEqual(brief(made), ['unload quiet:original on a']);
  });

  it('keeps pinned variants as if it were in use, and all if it has a warm rule', () => {
    const pin: SelectionRule = {
      ...{ id: 'p', kind: 'pin', tenant: 'default', task: 'words', target: 'quiet:original', reason: '' },
      ...{ by: '', madeWallMs: 0, endsWallMs: undefined },
    };
    const fields = { workers: small, replicas: [loaded] };
    assert.deepEqual(brief(plan({ ...fields, rules: [pin] })), []);
    const warmthRules = [warmthRule('warm', 'quiet:original', { task: 'words' })];
    assert.deepEqual(brief(plan({ ...fields, warmthRules })), []);
  });

  it('does not come and go with the demand of another task', () => {
    const always = [variantId('busy:original'), 1] as const;
    let world: PlacementSnapshot = snapshot({
      ...{
        now,
        tasks,
        workers: [worker('a', 250)],
        variants: [busy, variant('peak:original', { p50Ms: 2, accuracy: 0.8 }), quiet],
      },
      ...{ replicas: [loaded], idleSince: idleSince('words') },
    });
    let loads = 0;
    const minutes = 30;
    for (let second = 0; second < 60 * minutes; second++) {
      const isPeak = Math.floor(second / 180) % 2 === 0;
      const wanted = isPeak ? [always, [variantId('peak:original'), 1] as const] : [always];
      const made = planReplicas(
        { ...world, demand: demandOf(...wanted) },
        { ...params, keepWarmMs: milliseconds(1_000) },
      );
      loads += brief(made).filter((text) => text === 'load quiet:original on a').length;
      const changes = observeChanges(world, made.actions, world.now, params);
      world = { ...carryOut(world, made), ...changes };
    }
    assert.ok(loads >= 1, 'it returns into free memory');
    assert.ok(loads <= minutes / 10, `it was loaded ${loads} times in ${minutes} minutes`);
  });
});

describe('a fleet without demand, whose workers cost nothing without replicas', () => {
  const workers = ['a', 'b'].map((id) => worker(id, 250));
  const replicas = ['busy:original', 'quiet:original'].flatMap((id) =>
    ['a', 'b'].map((on) => replica(`${id} ${on}`, id, on, { lastUsedAt: milliseconds(1) })),
  );
  const idle = { workers, replicas, idleSince: idleSince('digits', 'words') };
  const released = (fields: SnapshotFields = {}): readonly string[] =>
    brief(planReplicas(snapshot({ now, tasks, variants, ...idle, ...fields }), { ...params, releasesHosts: true }));
  const unloads = replicas.map(({ assignment: { variant: id, worker: on } }) => `unload ${id} on ${on}`);

  it('keeps no replica once every task is idle', () => {
    assert.deepEqual(released().toSorted(), unloads.toSorted());
    assert.deepEqual(released({ replicas: [] }), [], 'it loads none for spare copies');
    assert.deepEqual(brief(plan(idle)), [], 'others cost the same without replicas');
  });

  it('keeps them while a task is in use, pinned or kept warm, or queries are held, and the last of each that answered lately', () => {
    const pin: SelectionRule = {
      ...{ id: 'p', kind: 'pin', tenant: 'default', task: 'words', target: 'quiet:original', reason: '' },
      ...{ by: '', madeWallMs: 0, endsWallMs: undefined },
    };
    const kept: readonly SnapshotFields[] = [
      { idleSince: idleSince('words') },
      { rules: [pin] },
      { warmthRules: [warmthRule('warm', 'quiet:original', { task: 'words' })] },
      { held: [variantId('quiet:original')] },
      { demand: demandOf([variantId('quiet:original'), 1]) },
    ];
    for (const fields of kept) assert.deepEqual(released(fields), [], Object.keys(fields).join());
    const recent = replicas.map((one) => ({ ...one, lastUsedAt: now }));
    assert.deepEqual(released({ replicas: recent }), ['unload busy:original on a', 'unload quiet:original on a']);
  });

  it('loads what queries are held for, although no worker has replicas', () => {
    assert.ok(released({ replicas: [], held: [variantId('quiet:original')] }).includes('load quiet:original on a'));
  });
});

describe('observeIdle', () => {
  const ids = { busy: variantId('busy:original'), quiet: variantId('quiet:original') };
  const observe = (
    before: ReadonlyMap<string, Milliseconds>,
    at: number,
    used: { readonly demand?: readonly (typeof ids.busy)[]; readonly held?: readonly (typeof ids.busy)[] } = {},
  ) => {
    const demand = demandOf(...(used.demand ?? []).map((id) => [id, 1] as const));
    const since = observeIdle(before, { tasks, variants, demand, held: used.held ?? [] }, milliseconds(at));
    return Object.fromEntries(since);
  };

  it('counts from the end of the demand, and from the first turn of a leader', () => {
    assert.deepEqual(observe(new Map(), 5, { demand: [ids.busy] }), { words: 5 });
    const before = new Map([['words', milliseconds(5)]]);
    assert.deepEqual(observe(before, 9, { demand: [ids.busy] }), { words: 5 });
    assert.deepEqual(observe(before, 9), { words: 5, digits: 9 });
    assert.deepEqual(observe(before, 9, { held: [ids.quiet] }), { digits: 9 });
  });
});
