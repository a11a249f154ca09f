import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { matrixModel, pathsIn, pickyModel, waitFor } from '@pareto/testkit';
import { floatRequest, order, startTestWorker, type TestWorker } from './support/harness.js';

describe('what a worker sends', function () {
  this.timeout(60_000);
  let worker: TestWorker;
  let revision = 1;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker[Symbol.asyncDispose]());

  const send = (orders: wire.AssignmentsInput): void => worker.controller.order({ revision: ++revision, ...orders });

  function corrupted(name: string): wire.VariantSpecInput {
    const digest = worker.controller.addBlob(Buffer.from('junk'));
    return {
      ...worker.spec(name, matrixModel(4)),
      manifest: { files: [{ path: 'model.onnx', digest, sizeBytes: 4 }] },
    };
  }

  /** Fails if the text is empty or has a path of this machine. */
  function check(text: string): void {
    assert.notEqual(text, '');
    assert.deepEqual(pathsIn(text), [], text);
  }

  it('has no path if a model cannot be loaded', async () => {
    send({ replicas: [order('broken', corrupted('broken'))] });
    const { reason } = await worker.controller.waitForReplica('broken', ({ state }) => state === 'FAILED');
    check(reason);
  });

  it('has no path if a query fails in the model', async () => {
    send({ replicas: [order('picky', worker.spec('picky', pickyModel()))] });
    const { state, reason } = await worker.controller.waitForReplica('picky', (one) => /READY|FAILED/.test(one.state));
    if (state === 'FAILED') return check(reason);
    const failure = worker.infer({ replica: 'picky', body: floatRequest([1, 1], [0]) }).then(() => '', errorText);
    check(await failure);
  });

  it('has no path if a model cannot be measured', async () => {
    const spec = corrupted('unmeasured');
    send({ measures: [{ hardwareClass: 'c', metric: 'top1', spec }] });
    const { error } = await waitFor('a measurement', () => worker.controller.measurements.at(-1));
    check(error);
  });

  it('has no path if a validation set is damaged', async () => {
    worker.controller.measurements.length = 0;
    const validationDigest = worker.controller.addBlob(Buffer.from('PK\u0003\u0004 junk'));
    const spec = worker.spec('unscored', matrixModel(4));
    send({ measures: [{ hardwareClass: 'c', metric: 'top1', spec, validationDigest }] });
    const { error } = await waitFor('a measurement', () => worker.controller.measurements.at(-1));
    check(error);
  });

  for (const recipe of ['mapped', 'optimised'])
    it(`has no path if ${recipe} cannot be generated`, async () => {
      worker.controller.outcomes.length = 0;
      const original = corrupted('m');
      send({ makes: [{ architecture: 'm', version: 3, recipe, original, metric: 'top1', maxBatchSize: 8 }] });
      const { error } = await waitFor('an outcome', () => worker.controller.outcomes.at(-1));
      check(error);
    });

  it('has no path if its folder cannot be used', async () => {
    await rm(join(worker.cacheDir, 'work'), { recursive: true });
    await writeFile(join(worker.cacheDir, 'work'), '');
    const original = worker.spec('m', matrixModel(4));
    send({ makes: [{ architecture: 'm', version: 3, recipe: 'fp16', original, metric: 'top1', maxBatchSize: 8 }] });
    check(await waitFor('the reason', () => /waiting to retry.*/.exec(worker.controller.report?.progress ?? '')?.[0]));
  });
});
