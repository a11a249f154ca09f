// The control loop over a store whose write fails and becomes visible later.

import assert from 'node:assert/strict';
import { ParetoError, systemClock } from '@pareto/core';
import { openEmbeddedStore, type Store, type Transaction } from '@pareto/state';
import { createTempFolder, waitFor } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { startWorker } from '../support/fake-worker.js';
import { startController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

const assigned = ({ operations }: Transaction): readonly string[] =>
  operations.flatMap((operation) =>
    operation.kind === 'put' && operation.key.startsWith('assignment/') ? [operation.key] : [],
  );

/** Wraps a store so that the write of the first plan fails, and is carried out after the second plan. */
function loseFirstPlan(store: Store): { readonly store: Store; readonly plans: readonly (readonly string[])[] } {
  const plans: (readonly string[])[] = [];
  let late: Transaction | undefined;
  const transact: Store['transact'] = async (transaction) => {
    const keys = assigned(transaction);
    if (keys.length === 0) return store.transact(transaction);
    plans.push(keys);
    if (plans.length === 1) {
      late = transaction;
      throw new ParetoError('unavailable', 'it is not known whether this was written');
    }
    const result = await store.transact(transaction);
    if (late !== undefined) await store.transact(late);
    late = undefined;
    return result;
  };
  return { store: { ...store, transact }, plans };
}

describe('control loop', () => {
  it('assigns new replica ids after a write that failed and may become visible later', async () => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    const losing = loseFirstPlan(store);
    await using controller = await startController(folder.path, {}, { store: losing.store });
    await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
    const worker = startWorker(controller.address, { id: 'w1' });
    try {
      await registerModel(controller, 'tiny');
      await waitFor('two plans', () => losing.plans.length >= 2 || undefined);
      const [first = [], second = []] = losing.plans;
      assert.deepEqual(
        first.filter((key) => second.includes(key)),
        [],
      );
      await waitFor('one replica', () => worker.replicas.size === 1 || undefined);
    } finally {
      worker.leave();
    }
  });
});
