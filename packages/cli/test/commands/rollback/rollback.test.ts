import assert from 'node:assert/strict';
import { waitFor } from '@pareto/testkit';
import {
  createFakeStorage,
  startFakeController,
  type FakeController,
  type FakeStorage,
} from '../../support/fake-controller.js';
import { fakeArchitecture } from '../../support/fake-description.js';
import { startProgram } from '../../support/run-program.js';

describe('rollback', () => {
  let storage: FakeStorage;
  let controller: FakeController;
  beforeEach(async () => {
    storage = createFakeStorage();
    controller = await startFakeController(storage);
    controller.description = described(4, 0);
  });
  afterEach(() => controller[Symbol.dispose]());

  const described = (currentVersion: number, servedVersion: number, fromVersion?: number) => ({
    changes: fromVersion === undefined ? [] : [{ version: currentVersion, fromVersion }],
    architectures: [1, 3, 4].map((version) => ({
      ...fakeArchitecture('cnn', version),
      ...{ currentVersion, servedVersion },
    })),
  });
  const start = (...argv: readonly string[]) => startProgram('--controller', controller.address, 'rollback', ...argv);

  it('goes to the version before the current one, and waits until it is served', async () => {
    const running = start('cnn', '--reason', 'wrong labels');
    await waitFor('the call', () => storage.calls.length > 0 || undefined);
    controller.description = described(3, 4);
    assert.equal(running.written.stdout, '');
    controller.description = described(3, 3);
    const { code, stdout } = await running.ended;
    assert.deepEqual([code, stdout], [0, 'cnn resolves to version 3 instead of 4\n']);
    assert.deepEqual(storage.calls, ['rollback cnn 3 wrong labels']);
  });

  it('goes to the version that was current before, if it is kept', async () => {
    controller.description = described(4, 4, 1);
    assert.equal((await start('cnn', '-d').ended).code, 0);
    controller.description = described(4, 0, 2);
    assert.equal((await start('cnn', '-d').ended).code, 0);
    controller.description = described(3, 3, 3);
    assert.equal((await start('cnn', '-d').ended).code, 0);
    assert.deepEqual(storage.calls, ['rollback cnn 1 ', 'rollback cnn 3 ', 'rollback cnn 1 ']);
  });

  it('stops the rollout of a new version', async () => {
    controller.description = described(4, 3, 3);
    const { code, stdout } = await start('cnn', '-d').ended;
    assert.deepEqual([code, stdout], [0, 'the rollout of cnn version 4 is stopped: version 3 stays in service\n']);
    assert.equal((await start('cnn', '-d', '--to', '1').ended).code, 0);
    assert.deepEqual(storage.calls, ['rollback cnn 3 ', 'rollback cnn 1 ']);
  });

  it('is refused without --to while it goes back already', async () => {
    controller.description = described(3, 4, 4);
    const { code, stderr } = await start('cnn', '-d').ended;
    assert.deepEqual(
      [code, stderr],
      [
        1,
        'pareto: cnn is already going back to version 3, but version 4 is still served: wait until version 3 is served, or pass --to with a version\n',
      ],
    );
    assert.equal((await start('cnn', '-d', '--to', '1').ended).code, 0);
    assert.deepEqual(storage.calls, ['rollback cnn 1 ']);
  });

  it('goes to the version of --to, and returns immediately with --detach', async () => {
    const { stdout } = await start('model/cnn', '--to', '1', '-d').ended;
    assert.equal(stdout, 'cnn resolves to version 1 instead of 4 as soon as it is as warm\n');
    assert.deepEqual(storage.calls, ['rollback cnn 1 ']);
  });

  it('fails after --timeout', async () => {
    const late = start('cnn', '--timeout', '0.2s');
    await waitFor('the call', () => storage.calls.length > 0 || undefined);
    controller.description = described(3, 4);
    const { code, stderr } = await late.ended;
    assert.equal(code, 1);
    assert.match(stderr, /version 3 of cnn is not as warm as version 4 after \d+ ms: 'pareto describe cnn' shows/);
  });

  it('fails if another version becomes the current one meanwhile', async () => {
    const running = start('cnn');
    await waitFor('the call', () => storage.calls.length > 0 || undefined);
    controller.description = described(3, 4);
    await new Promise((resolve) => setTimeout(resolve, 600));
    controller.description = described(4, 0);
    const { code, stderr } = await running.ended;
    assert.equal(code, 1);
    assert.match(stderr, /version 4 of cnn is being rolled out now instead of 3\n$/);
  });

  it('is refused without an earlier version, and for other kinds of names', async () => {
    controller.description = described(1, 0);
    const { code, stderr } = await start('cnn').ended;
    assert.deepEqual(
      [code, stderr],
      [1, 'pareto: no version of cnn before 1 is kept: pass --to 3 or --to 4 for a later one\n'],
    );
    assert.match(
      (await start('cnn:original').ended).stderr,
      /cnn:original is not a model: name a model, such as cnn\n/,
    );
    assert.deepEqual(storage.calls, []);
  });
});
