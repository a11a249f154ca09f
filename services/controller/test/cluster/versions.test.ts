// The rollout of a new version of an architecture, over real gRPC with fake workers.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { milliseconds, type Measurement } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { createTempFolder, matrixModel, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startRouter } from '../support/fake-router.js';
import { profileFor, startWorker, type FakeWorker } from '../support/fake-worker.js';
import { clock, startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

describe('the name of an architecture', () => {
  let folder: TempFolder;
  let controller: TestController;
  let cleanUp: (() => void)[];

  const until = (what: string, condition: () => boolean): Promise<true> =>
    waitFor(what, () => (condition() ? true : undefined));

  beforeEach(async () => {
    cleanUp = [];
    folder = await createTempFolder();
    controller = await startController(folder.path);
    await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
  });
  afterEach(async () => {
    for (const clean of cleanUp) clean();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const watchTable = () => {
    const table = startRouter(controller.address);
    cleanUp.push(table.leave);
    const version = () => table.rows.get('variant/tiny:original/cpu/test/none')?.variant?.version;
    const ready = (wanted: number): number =>
      [...table.rows.values()].filter(({ replica }) => replica?.version === wanted && replica.state === 'READY').length;
    return { version, ready };
  };
  type Table = ReturnType<typeof watchTable>;
  const isRolledOut = ({ version, ready }: Table, to: number, from: number): boolean =>
    version() === to && ready(to) >= 2 && ready(from) === 0;

  /** Runs `work`. Returns the moments at which fewer than two replicas of the served version were ready. */
  async function gapsDuring({ version, ready }: Table, work: () => Promise<unknown>): Promise<readonly string[]> {
    const gaps: string[] = [];
    const watch = setInterval(() => {
      const named = version() ?? 0;
      if (ready(named) < 2) gaps.push(`${ready(named)} of version ${named}`);
    }, 5);
    cleanUp.push(() => clearInterval(watch));
    await work();
    clearInterval(watch);
    return gaps;
  }

  it('resolves to a new version only when its variants are as warm as the old ones', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const measure = async ({ spec }: wire.MeasureOrder): Promise<Measurement['result']> => {
      if (spec?.version === 2) await released;
      return profileFor('tiny');
    };
    for (const id of ['w1', 'w2']) cleanUp.push(startWorker(controller.address, { id, measure }).leave);
    const table = watchTable();
    const { version, ready } = table;
    await registerModel(controller, 'tiny', undefined, 'squares', ['original']);
    await until('two replicas', () => version() === 1 && ready(1) === 2);
    await registerModel(controller, 'tiny', matrixModel(8), 'squares', ['original']);
    await clock.sleep(milliseconds(1_500));
    assert.deepEqual([version(), ready(1)], [1, 2]);
    const gaps = await gapsDuring(table, async () => {
      release();
      await until('the new version', () => isRolledOut(table, 2, 1));
    });
    assert.deepEqual(gaps, []);
  });

  describe('after a rollout', () => {
    let table: Table;
    let workers: readonly FakeWorker[];
    beforeEach(async () => {
      const measure = async (): Promise<Measurement['result']> => profileFor('tiny');
      workers = ['w1', 'w2'].map((id) => startWorker(controller.address, { id, measure }));
      for (const { leave } of workers) cleanUp.push(leave);
      table = watchTable();
      await registerModel(controller, 'tiny');
      await until('version 1', () => isRolledOut(table, 1, 2));
      await registerModel(controller, 'tiny', matrixModel(8));
      await until('version 2', () => isRolledOut(table, 2, 1));
    });
    const rollBack = (version: number, reason = 'a test') =>
      controller.registry.rollback({ name: 'tiny', version, actor: 'ann', reason });
    const describeTiny = () => controller.registry.describe({ name: 'tiny' });

    it('goes back to the old version once that is as warm, also after a change of leader', async () => {
      const gaps = await gapsDuring(table, async () => {
        assert.deepEqual(await rollBack(1), { version: 1, fromVersion: 2 });
        await until('version 1', () => isRolledOut(table, 1, 2));
      });
      assert.deepEqual(gaps, []);
      assert.deepEqual(await rollBack(1), { version: 1, fromVersion: 1 });
      const { architectures, changes } = await describeTiny();
      assert.deepEqual(
        architectures.map(({ version, currentVersion, rollbackError }) => [version, currentVersion, rollbackError]),
        [
          [1, 1, ''],
          [2, 1, ''],
        ],
      );
      assert.deepEqual(
        changes.map(({ version, fromVersion, actor, reason }) => [version, fromVersion, actor, reason]),
        [
          [1, 2, 'ann', 'a test'],
          [2, 1, '', 'registered'],
        ],
      );
      const events: string[] = [];
      for await (const { kind, reason } of controller.fleet.events({ follow: false, name: 'tiny' }))
        if (kind === 'rollback') events.push(reason);
      assert.deepEqual(events, ['to version 1 instead of 2 by ann: a test']);
      await controller[Symbol.asyncDispose]();
      controller = await startController(folder.path);
      const [first] = (await describeTiny()).architectures;
      assert.equal(first?.currentVersion, 1);
    });

    it('goes back when the files of the old version are registered again without a version', async () => {
      const named = await registerModel(controller, 'tiny', undefined, 'squares', ['original'], 1);
      assert.deepEqual([named.version, named.currentVersion, named.rolledBackFrom], [1, 2, 0]);
      const again = await registerModel(controller, 'tiny');
      assert.deepEqual([again.version, again.currentVersion, again.rolledBackFrom], [1, 1, 2]);
      await until('version 1', () => isRolledOut(table, 1, 2));
      const { changes } = await describeTiny();
      assert.equal(changes[0]?.reason, 'its files were registered again');
      const next = await registerModel(controller, 'tiny', Buffer.concat([matrixModel(8), Buffer.of(0x32, 1, 0x61)]));
      assert.deepEqual([next.version, next.currentVersion], [3, 3]);
    });

    it('stays at the version of a rollback when the files of another one are registered again', async () => {
      await rollBack(1, 'wrong labels');
      const again = await registerModel(controller, 'tiny', matrixModel(8));
      const { version, currentVersion, rolledBackFrom, keptBy } = again;
      assert.deepEqual([version, currentVersion, rolledBackFrom], [2, 1, 0]);
      assert.deepEqual(
        [keptBy?.version, keptBy?.fromVersion, keptBy?.actor, keptBy?.reason],
        [1, 2, 'ann', 'wrong labels'],
      );
      assert.equal((await registerModel(controller, 'tiny')).keptBy, null, 'the current version');
      assert.deepEqual(await rollBack(2), { version: 2, fromVersion: 1 });
      assert.equal((await registerModel(controller, 'tiny')).currentVersion, 2);
      const next = await registerModel(controller, 'tiny', Buffer.concat([matrixModel(8), Buffer.of(0x32, 1, 0x61)]));
      assert.deepEqual([next.version, next.currentVersion, next.keptBy], [3, 3, null]);
      const left = await registerModel(controller, 'tiny');
      assert.deepEqual([left.version, left.currentVersion, left.keptBy?.version], [1, 3, 2], 'a rollback left it');
      assert.equal((await registerModel(controller, 'tiny', matrixModel(8))).currentVersion, 2, 'none left it');
    });

    it('ends the rollout of another version', async () => {
      await registerModel(controller, 'tiny', Buffer.concat([matrixModel(8), Buffer.of(0x32, 1, 0x61)]));
      assert.deepEqual(await rollBack(2), { version: 2, fromVersion: 3 });
      await until('no replica of version 3', () => isRolledOut(table, 2, 3));
      await clock.sleep(milliseconds(2_000));
      assert.equal(isRolledOut(table, 2, 3), true);
    });

    it('goes back from a quarantined version, and not to it', async () => {
      const [worker] = workers;
      for (const [id, report] of worker?.replicas ?? [])
        worker?.replicas.set(id, { ...report, state: 'FAILED', quarantined: true, reason: 'two queries' });
      worker?.report();
      const isQuarantined = async () => (await describeTiny()).variants[0]?.quarantineReason === 'two queries';
      await waitFor('the quarantine', async () => (await isQuarantined()) || undefined);
      await rollBack(1);
      await until('version 1', () => table.version() === 1 && table.ready(1) >= 1);
      const message =
        'tiny cannot go back to version 2: tiny:original is quarantined: two queries; there is no other version to go back to';
      await assert.rejects(rollBack(2), { code: 'failed-precondition', message });
      const { architectures } = await describeTiny();
      assert.match(architectures.find(({ version }) => version === 2)?.rollbackError ?? '', /is quarantined/);
    });

    it('is refused for versions that do not exist or lack files', async () => {
      const { architectures } = await describeTiny();
      const [file] = architectures.find(({ version }) => version === 1)?.manifest?.files ?? [];
      await rm(join(folder.path, 'blobs', 'sha256', file?.digest.slice('sha256:'.length) ?? ''));
      await assert.rejects(rollBack(1), {
        code: 'failed-precondition',
        message: new RegExp(`cannot go back to version 1: 1 of its files are gone: ${file?.digest}`),
      });
      await assert.rejects(rollBack(7), { code: 'not-found', message: 'tiny has no version 7; it can go back to 1' });
      await assert.rejects(controller.registry.rollback({ name: 'other', version: 1 }), {
        code: 'not-found',
        message: /no architecture "other"/,
      });
    });
  });
});
