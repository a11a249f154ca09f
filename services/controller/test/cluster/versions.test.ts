// The rollout of a new version of an architecture, over real gRPC with fake workers.

import assert from 'node:assert/strict';
import { milliseconds, type Measurement } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { createTempFolder, matrixModel, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startRouter } from '../support/fake-router.js';
import { profileFor, startWorker } from '../support/fake-worker.js';
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

  it('resolves to a new version only when its variants are as warm as the old ones', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const measure = async ({ spec }: wire.MeasureOrder): Promise<Measurement['result']> => {
      if (spec?.version === 2) await released;
      return profileFor('tiny');
    };
    for (const id of ['w1', 'w2']) cleanUp.push(startWorker(controller.address, { id, measure }).leave);
    const table = startRouter(controller.address);
    cleanUp.push(table.leave);
    const version = () => table.rows.get('variant/tiny:original/cpu/test/none')?.variant?.version;
    const ready = (wanted: number): number =>
      [...table.rows.values()].filter(({ replica }) => replica?.version === wanted && replica.state === 'READY').length;
    await registerModel(controller, 'tiny', undefined, 'squares', ['original']);
    await until('two replicas', () => version() === 1 && ready(1) === 2);
    await registerModel(controller, 'tiny', matrixModel(8), 'squares', ['original']);
    await clock.sleep(milliseconds(1_500));
    assert.deepEqual([version(), ready(1)], [1, 2]);
    const gaps: string[] = [];
    const watch = setInterval(() => {
      const named = version() ?? 0;
      if (ready(named) < 2) gaps.push(`${ready(named)} of version ${named}`);
    }, 5);
    cleanUp.push(() => clearInterval(watch));
    release();
    await until('the new version', () => version() === 2 && ready(2) >= 2 && ready(1) === 0);
    clearInterval(watch);
    assert.deepEqual(gaps, []);
  });
});
