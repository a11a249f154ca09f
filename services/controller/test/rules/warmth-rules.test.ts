// Warmth rules over real gRPC, set by clients through routers and by operators.

import assert from 'node:assert/strict';
import { type wire } from '@pareto/protocol';
import { createClient, type ServiceClient } from '@pareto/rpc';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startRouter, type FakeRouter } from '../support/fake-router.js';
import { profileFor, startWorker, type FakeWorker } from '../support/fake-worker.js';
import { startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

describe('warmth rules', () => {
  let folder: TempFolder;
  let controller: TestController;
  let routes: ServiceClient<'pareto.v1.Routes'>;
  let cleanUp: (() => void)[];

  const until = (what: string, condition: () => boolean): Promise<true> =>
    waitFor(what, () => (condition() ? true : undefined));
  const router = (): FakeRouter => {
    const started = startRouter(controller.address);
    cleanUp.push(started.leave);
    return started;
  };
  const worker = (id: string, fields: Partial<Parameters<typeof startWorker>[1]> = {}): FakeWorker => {
    const started = startWorker(controller.address, { id, ...fields });
    cleanUp.push(started.leave);
    return started;
  };
  const setWarmth = (target: string, warm: boolean, tenant = 'default'): Promise<wire.SetWarmthResponse> =>
    routes.setWarmth({ tenant, target, warm });
  const rows = (table: FakeRouter): readonly string[] =>
    [...table.rows.values()]
      .flatMap(({ rule }) => (rule ? [`${rule.kind} ${rule.target} of ${rule.task}`] : []))
      .sort();
  const listed = async (): Promise<readonly string[]> =>
    (await controller.registry.listRules({})).rules.map(({ kind, target, actor }) => `${kind} ${target} ${actor}`);
  const events = async (): Promise<readonly string[]> =>
    (await controller.registry.listRules({})).events.map(
      ({ kind, actor, rule }) => `${kind} ${rule?.kind} ${rule?.target} ${actor}`,
    );
  const set = (fields: wire.SetRuleRequestInput): Promise<wire.Rule> =>
    controller.registry.setRule({ actor: 'ada', ...fields });
  const open = async (): Promise<void> => {
    controller = await startController(folder.path);
    routes = createClient(controller.channel, 'pareto.v1.Routes');
  };

  beforeEach(async () => {
    cleanUp = [];
    folder = await createTempFolder();
    await open();
    await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
    for (const name of ['tiny', 'large']) await registerModel(controller, name);
  });
  afterEach(async () => {
    for (const clean of cleanUp) clean();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('replace each other for one target, write nothing if repeated, and survive a restart', async () => {
    const table = router();
    await setWarmth('tiny', true);
    await until('the row', () => rows(table).join() === 'warm tiny of squares');
    await setWarmth('tiny', true);
    assert.deepEqual(await events(), ['made warm tiny client']);
    const unmet = async (): Promise<wire.OverviewResponse | undefined> => {
      const overview = await controller.fleet.overview({});
      return overview.unmetWarmRules.length > 0 ? overview : undefined;
    };
    const { unmetWarmRules, notices } = await waitFor('an unmet rule', unmet);
    assert.deepEqual(
      unmetWarmRules.map(({ target }) => target),
      ['tiny'],
    );
    assert.ok(notices.includes(unmetWarmRules[0]?.reason ?? 'none'));
    await setWarmth('tiny', false);
    await setWarmth('squares', true);
    await setWarmth('tiny:original', true);
    await until('the rows', () => rows(table).length === 3);
    assert.deepEqual(rows(table), ['cold tiny of squares', 'warm squares of squares', 'warm tiny:original of squares']);
    await controller[Symbol.asyncDispose]();
    await open();
    assert.deepEqual(await listed(), ['cold tiny client', 'warm squares client', 'warm tiny:original client']);
    assert.deepEqual((await events()).slice(2), [
      'made cold tiny client',
      'replaced warm tiny client',
      'made warm tiny client',
    ]);
  });

  it('of operators expire and end like other rules, and are replaced by those of clients', async () => {
    const { id, remainingMs, task } = await set({
      kind: 'warm',
      target: 'squares',
      reason: 'the rush',
      durationMs: 60_000,
    });
    assert.ok(task === 'squares' && remainingMs > 50_000);
    await setWarmth('squares', true);
    assert.deepEqual(await listed(), ['warm squares client'], 'the rule of the client has no end');
    await assert.rejects(controller.registry.liftRule({ id, actor: 'ada' }), { code: 'not-found' });
    await set({ kind: 'cold', target: 'large', durationMs: 300 });
    await set({ kind: 'deny', target: 'large' });
    await waitFor('the expiry', async () => ((await events()).includes('ended cold large time') ? true : undefined));
    assert.deepEqual(await listed(), ['warm squares client', 'deny large ada']);
    await set({ kind: 'cold', target: 'tiny' });
    await controller.registry.delete({ name: 'tiny' });
    assert.deepEqual(await listed(), ['warm squares client', 'deny large ada']);
  });

  it('are rejected for unknown targets, and for targets without a variant that may answer', async () => {
    for (const target of ['huge', 'huge:original', 'tiny:int4']) {
      for (const warm of [true, false]) await assert.rejects(setWarmth(target, warm), { code: 'not-found' });
    }
    await assert.rejects(setWarmth('tiny', true, 'other'), { code: 'not-found', message: /tenant "other"/ });
    await assert.rejects(setWarmth('a name', true), { code: 'invalid-argument' });
    await set({ kind: 'deny', target: 'tiny', reason: 'it drifts' });
    await assert.rejects(setWarmth('tiny', true), {
      code: 'failed-precondition',
      message: /no variant of tiny may be loaded: a rule denies tiny: it drifts/,
    });
    await setWarmth('tiny', false);
    await assert.rejects(set({ kind: 'warm', target: 'tiny', task: 'none' }), { code: 'not-found' });
    assert.deepEqual(await listed(), ['deny tiny ada', 'cold tiny client']);
    await setWarmth('large', false);
    await assert.rejects(setWarmth('squares', true), {
      code: 'failed-precondition',
      message: /no variant of squares may be loaded: /,
    });
    await setWarmth('large:original', true);
    await setWarmth('squares', true);
  });

  it('do not delay the rules of operators, however many there are', async () => {
    const targets = ['tiny', 'large', 'tiny:original', 'large:original'];
    const flood = Array.from({ length: 400 }, (_, i) => setWarmth(targets[i % 4] ?? '', i % 3 === 0));
    await Promise.any(flood);
    await set({ kind: 'deny', target: 'tiny' });
    await Promise.allSettled(flood);
    const made = (await events()).filter((event) => event.startsWith('made')).toReversed();
    assert.ok(made.includes('made deny tiny ada'));
    assert.ok(made.length < 200, `${made.length} writes for 400 requests`);
  });

  it('that keep a model warm return the version of a table without the replicas that were unloaded before', async () => {
    const one = worker('w1');
    const table = router();
    const loads = async (): Promise<number> =>
      (await controller.fleet.overview({})).recentActions.filter(({ kind }) => kind === 'load').length;
    for (let i = 1; i <= 5; i++) {
      await until('both variants', () => table.ready().length === 2);
      assert.equal((await setWarmth('squares', false)).epoch, '');
      await until('the unloads', () => one.assignments.at(-1)?.replicas.length === 0);
      const unloaded = new Set([...table.rows.values()].flatMap(({ replica }) => replica?.replicaId ?? []));
      const { epoch, revision } = await setWarmth('squares', true);
      assert.equal(await loads(), 2 * (i + 1), 'the plan follows the rule');
      await until('the table', () => table.version.revision >= revision);
      assert.equal(epoch, table.version.epoch);
      const routed = [...table.rows.values()].flatMap(({ replica }) => replica?.replicaId ?? []);
      assert.deepEqual(
        routed.filter((id) => unloaded.has(id)),
        [],
      );
    }
  });

  it('unload cold variants, which held queries load again, and keep warm ones', async () => {
    const one = worker('w1');
    const table = router();
    const loaded = (): readonly string[] =>
      [...new Set(Array.from(one.replicas.values(), ({ variant = '' }) => variant))].sort();
    await until('both variants', () => table.ready().length === 2);
    await setWarmth('squares', false);
    await until('the unloads', () => loaded().length === 0);
    const held = (): void =>
      table.demand({ tenant: 'default', target: 'tiny', requests: 1, held: 1, heldVariant: 'tiny:original' });
    held();
    await until('the held variant', () => loaded().join() === 'tiny:original');
    await setWarmth('large', true);
    await until('the warm variant', () => loaded().join() === 'large:original,tiny:original');
    assert.equal(one.measured.length, 2, 'no variant is measured again');
  });
});

describe('models without a measured accuracy', () => {
  it('are all loaded on two small workers, without unloads afterwards', async () => {
    await using folder = await createTempFolder();
    await using controller = await startController(folder.path);
    const measure = ({ spec }: wire.MeasureOrder) => {
      const result = profileFor(spec?.variant ?? '');
      return result.kind === 'measured' ? { ...result, accuracy: undefined } : result;
    };
    const workers = ['w1', 'w2'].map((id) =>
      startWorker(controller.address, { id, measure, memoryBytes: 100 * 2 ** 20 }),
    );
    const table = startRouter(controller.address);
    try {
      const names = Array.from({ length: 14 }, (_, i) => `m${i}`);
      for (const name of names) {
        await controller.registry.registerTask({ name: `${name}.task`, metric: 'top1' });
        await registerModel(controller, name, undefined, `${name}.task`);
      }
      const ready = (): number => new Set(table.ready().map((line) => line.split(' ')[0])).size;
      await waitFor('all models', () => (ready() === names.length ? true : undefined));
      await waitFor('the spare copies', () => (table.ready().length === 2 * names.length ? true : undefined));
      const { recentActions } = await controller.fleet.overview({});
      assert.deepEqual(
        recentActions.filter(({ kind }) => kind === 'unload'),
        [],
      );
      assert.equal(new Set(workers.flatMap(({ measured }) => measured)).size, names.length);
    } finally {
      for (const { leave } of [...workers, table]) leave();
    }
  });
});
