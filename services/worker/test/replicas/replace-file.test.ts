import assert from 'node:assert/strict';
import type { ParetoError } from '@pareto/core';
import { notExecutedKey } from '@pareto/protocol';
import { fixedBatchModel, loopModel, matrixModel, rootModel, waitFor } from '@pareto/testkit';
import type { WorkerConfig } from '../../src/index.js';
import { floatRequest, floatsOf, order, startTestWorker, type TestWorker } from '../support/harness.js';

const isReady = ({ state }: { readonly state: string }): boolean => state === 'READY';
const one = (value: number): Buffer => floatRequest([1, 1], [value]);

describe('a replica whose file is replaced', function () {
  this.timeout(60_000);

  /** Starts a worker with a replica `r1` of a model that returns its input. */
  async function serveLoop(config: Partial<WorkerConfig>): Promise<TestWorker> {
    const worker = await startTestWorker(config);
    worker.controller.order({ revision: 1, replicas: [order('r1', worker.spec('m', loopModel()), 1)] });
    await worker.controller.waitForReplica('r1', isReady);
    return worker;
  }
  /** Assigns a model that returns the root, and returns the answers for 4 until it serves. Throws the error of a query. */
  async function replace(worker: TestWorker): Promise<readonly number[]> {
    worker.controller.order({ revision: 2, replicas: [order('r1', worker.spec('m', rootModel()), 1)] });
    const answers: number[] = [];
    while (answers.at(-1) !== 2)
      answers.push(...floatsOf(await worker.infer({ replica: 'r1', body: one(4), timeoutMs: 30_000 })));
    return answers;
  }

  it('serves the previous file until the next one is loaded, and ends what runs on it', async () => {
    await using worker = await serveLoop({});
    const slow = worker.infer({ replica: 'r1', body: one(300_000) });
    await worker.controller.waitForReport('a running query', ({ replicas }) =>
      replicas.some(({ runningItems }) => runningItems > 0),
    );
    const since = worker.controller.reports.length;
    const answers = await replace(worker);
    assert.equal(answers.at(-1), 2);
    assert.ok(answers.slice(0, -1).every((answer) => answer === 4));
    assert.deepEqual(floatsOf(await slow), [300_000]);
    const states = worker.controller.reports.slice(since).flatMap(({ replicas }) => replicas.map(({ state }) => state));
    assert.deepEqual([...new Set(states)], ['READY']);
    const { executorDeaths } = await worker.controller.waitForReplica('r1', isReady);
    assert.equal(executorDeaths, 0);
  });

  it('ends the previous file first if the memory does not hold both, and answers the queries that wait', async () => {
    await using worker = await serveLoop({ memory: '1m' });
    assert.equal((await replace(worker)).at(-1), 2);
    const { executorDeaths, reason } = await worker.controller.waitForReplica('r1', isReady);
    assert.deepEqual([executorDeaths, reason], [0, '']);
  });

  it('leaves requests that only the next file can answer to other replicas until it serves', async () => {
    await using worker = await startTestWorker();
    const fixed = worker.spec('m', fixedBatchModel(1));
    worker.controller.order({ revision: 1, replicas: [order('r1', fixed, 1)] });
    await worker.controller.waitForReplica('r1', isReady);
    const next = worker.spec('m', matrixModel(4));
    const file = next.manifest?.files?.[0]?.digest ?? assert.fail('the model has a file');
    const content = worker.controller.blob(file) ?? assert.fail('the file is stored');
    worker.controller.removeBlob(file);
    worker.controller.order({ revision: 2, replicas: [order('r1', next, 1)] });
    const two = floatRequest([2, 4], [1, 1, 1, 1, 1, 1, 1, 1]);
    const refused = await waitFor('the assignment', () =>
      worker.infer({ replica: 'r1', body: two }).then(
        () => undefined,
        (error: unknown) => ((error as ParetoError).code === 'unavailable' ? (error as ParetoError) : undefined),
      ),
    );
    assert.ok(notExecutedKey in refused.details);
    worker.controller.addBlob(content);
    const answered = await waitFor('the other file', () =>
      worker.infer({ replica: 'r1', body: two }).catch(() => undefined),
    );
    assert.equal(floatsOf(answered).length, 8);
  });
});
