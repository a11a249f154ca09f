import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { withController } from '../../../src/connection/connect.js';
import { deleteName, type Deleted } from '../../../src/commands/delete/delete-name.js';
import {
  createFakeStorage,
  startFakeController,
  type FakeController,
  type FakeStorage,
} from '../../support/fake-controller.js';
import { clock } from '../../support/clock.js';

describe('deleteName', () => {
  let storage: FakeStorage;
  let controller: FakeController;
  const options = { signal: new AbortController().signal, clock, onRepeat: () => undefined };

  beforeEach(async () => {
    storage = createFakeStorage();
    storage.names.push('digits', 'cnn', 'cnn:original');
    controller = await startFakeController(storage);
  });
  afterEach(() => controller[Symbol.dispose]());

  const remove = (name: string): Promise<Deleted> =>
    withController({ controller: [controller.address], router: '127.0.0.1:9' }, ({ registry }) =>
      deleteName(registry, name, options),
    );

  it('returns what was deleted', async () => {
    assert.deepEqual(await remove('digits'), { kind: 'task', name: 'digits' });
    assert.deepEqual(await remove('cnn'), {
      ...{ kind: 'architecture', name: 'cnn', task: 'digits', versions: [1, 2] },
      variants: [{ name: 'cnn:original', version: 2, replicasReady: 1 }],
    });
  });

  it('succeeds if the response of the deletion was lost', async () => {
    controller.next = { when: 'after', error: new ParetoError('unavailable', 'lost') };
    await remove('cnn');
    assert.deepEqual(storage.calls, ['delete cnn', 'delete cnn']);
    assert.ok(!storage.names.includes('cnn'));
  });

  it('retries after a concurrent change', async () => {
    controller.next = { when: 'before', error: new ParetoError('aborted', 'changed') };
    await remove('cnn');
    assert.ok(!storage.names.includes('cnn'));
  });

  it('rejects a variant and an unknown name', async () => {
    await assert.rejects(remove('cnn:original'), /is a variant, which can't be deleted individually: delete cnn/);
    await assert.rejects(remove('nothing'), { code: 'not-found' });
    await remove('cnn');
    await assert.rejects(remove('cnn'), { code: 'not-found' });
  });
});
