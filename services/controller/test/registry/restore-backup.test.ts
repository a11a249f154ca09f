// Backups of a running controller, and their restore into a running cluster.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { systemClock } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { judgeStore } from '@pareto/policy';
import { openEtcdStore, readBackup, type Store } from '@pareto/state';
import {
  createTempFolder,
  matrixModel,
  missingEtcd,
  startEtcd,
  waitFor,
  type Etcd,
  type TempFolder,
} from '@pareto/testkit';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { startController, type TestController } from '../support/start-controller.js';
import { digestOf, registerModel, upload } from '../support/upload-model.js';

/** Returns a model whose documentation is one letter. */
const modelOf = (letter: string): Uint8Array =>
  Buffer.concat([matrixModel(8), Buffer.from([0x32, 1]), Buffer.from(letter)]);

for (const kind of ['embedded', 'etcd'] as const) {
  describe(`backup and restore of a running cluster on ${kind}`, function () {
    this.timeout(60_000);
    let folder: TempFolder;
    let etcd: Etcd | undefined;
    let store: Store | undefined;
    let controller: TestController;
    let worker: FakeWorker;
    before(async function () {
      this.timeout(600_000);
      if (kind === 'embedded') return;
      const skipReason = await missingEtcd('3.4');
      if (skipReason === undefined) return void (etcd = await startEtcd({ version: '3.4' }));
      Object.assign(this.test?.parent ?? {}, { skipReason });
      this.skip();
    });
    after(() => etcd?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      folder = await createTempFolder();
      const prefix = `/${folder.path}/`;
      store =
        etcd &&
        (await openEtcdStore({ ...etcd, prefix, clock: systemClock, judge: judgeStore, onNotice: () => undefined }));
      controller = await startController(folder.path, {}, store === undefined ? {} : { store });
      await waitFor('a leader', () => controller.registry.registerTask({ name: 'squares', metric: 'top1' }));
      worker = startWorker(controller.address, { id: 'w1' });
    });
    afterEach(async () => {
      worker.leave();
      await controller[Symbol.asyncDispose]();
      await store?.[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    });

    const list = async (): Promise<wire.ListResponse> => controller.registry.list({});
    const untilMeasured = (name: string): Promise<unknown> =>
      waitFor(`the measurement of ${name}`, async () => {
        const { variants } = await controller.registry.describe({ name });
        return (
          variants.some(({ measurements, replicasReady }) => measurements.length > 0 && replicasReady > 0) || undefined
        );
      });
    const backUp = async (): Promise<Buffer> => {
      const parts: Uint8Array[] = [];
      for await (const { data } of controller.registry.backup({})) parts.push(data);
      return Buffer.concat(parts);
    };
    const restore = async (backup: Buffer): Promise<wire.RestoreResponse> => {
      await upload(controller, backup);
      return controller.registry.restore({ digest: digestOf(backup) });
    };
    const deleteAll = async (): Promise<void> => {
      const { tasks, architectures } = await list();
      for (const name of new Set(architectures.map((one) => one.name))) await controller.registry.delete({ name });
      for (const { name } of tasks) await controller.registry.delete({ name });
      await waitFor('the unloads', () => (worker.replicas.size === 0 ? true : undefined));
    };
    /** Restores as the command does, which waits until replicas of deleted models are gone. */
    const restoreSoon = (backup: Buffer): Promise<wire.RestoreResponse> =>
      waitFor('the restore', () => restore(backup));

    it('registers what was deleted, without measuring it again, and never reuses a version', async () => {
      await registerModel(controller, 'tiny');
      await registerModel(controller, 'large');
      await controller.registry.setRule({ kind: 'deny', target: 'large', reason: 'a try', actor: 'me' });
      await untilMeasured('tiny');
      const before = await controller.registry.describe({ name: 'tiny' });
      const backup = await backUp();
      const file = folder.file('backup');
      await writeFile(file, backup);
      assert.ok((await readBackup(file)).puts.length > 10);
      await registerModel(controller, 'large', modelOf('A'));
      await deleteAll();

      assert.deepEqual(await restoreSoon(backup), { tasks: 1, architectures: 2, missingFiles: 0 });
      const measured = (response: wire.DescribeResponse): unknown =>
        response.variants.map(({ name, version, measurements }) => [name, version, measurements]);
      assert.deepEqual(measured(await controller.registry.describe({ name: 'tiny' })), measured(before));
      await waitFor('a replica', () => (worker.replicas.size > 0 ? true : undefined));
      assert.deepEqual(
        (await controller.registry.listRules({})).rules.map(({ target }) => target),
        ['large'],
      );
      const { version } = await registerModel(controller, 'large', modelOf('B'));
      assert.equal(version, 3, 'version 2 existed before the restore');
    });

    it('is refused if anything else is registered, and repeats without effect', async () => {
      const backup = await backUp();
      assert.deepEqual(await restore(backup), { tasks: 1, architectures: 0, missingFiles: 0 });
      await controller.registry.registerTask({ name: 'other', metric: 'top1' });
      await assert.rejects(restore(backup), {
        code: 'failed-precondition',
        message: /only if nothing else is registered, but there is (other, squares|squares, other)/,
      });
    });

    it('counts missing files, and rejects what is not a backup', async () => {
      await registerModel(controller, 'tiny');
      const backup = (await backUp()).toString();
      await deleteAll();
      await assert.rejects(restore(Buffer.from('hello')), { code: 'invalid-argument', message: /not a backup/ });
      await assert.rejects(restore(Buffer.from(backup.replace('squares', 'circles'))), { message: /damaged/ });
      await assert.rejects(controller.registry.restore({ digest: digestOf(Buffer.from('no')) }), { code: 'not-found' });
      await using elsewhere = await startController(folder.file('elsewhere'));
      await waitFor('a leader', () => elsewhere.registry.listRules({}));
      await upload(elsewhere, Buffer.from(backup));
      const restored = await waitFor('the restore', () =>
        elsewhere.registry.restore({ digest: digestOf(Buffer.from(backup)) }),
      );
      assert.deepEqual(restored, { tasks: 1, architectures: 1, missingFiles: 1 });
    });
  });
}
