import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { ParetoError } from '@pareto/core';
import { encodeInferRequest, notExecutedKey } from '@pareto/protocol';
import { createHurriedClock, hungryModel, loopModel, matrixModel, waitFor } from '@pareto/testkit';
import { decode, fixture, floatRequest, floatsOf, order, startTestWorker, type TestWorker } from './support/harness.js';

const one = (value: number): Buffer => floatRequest([1, 1], [value]);
const isReady = ({ state }: { readonly state: string }): boolean => state === 'READY';

/** Returns the running executors that this process started. */
function executors(): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' }).split(
    '\n',
  );
  return lines.filter((line) => line.includes('executor-main')).map((line) => Number.parseInt(line, 10));
}

describe('worker faults', function () {
  this.timeout(60_000);
  /** Shared by all tests; each has its own replicas. */
  let worker: TestWorker;
  let revision = 1;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker[Symbol.asyncDispose]());

  /** Assigns one replica of the model, and no other. Resolves when it is ready. */
  async function serve(replica: string, model: Uint8Array, batchCeiling?: number, at = worker): Promise<void> {
    at.controller.order({
      revision: ++revision,
      replicas: [order(replica, at.spec(replica, model), batchCeiling)],
    });
    await at.controller.waitForReplica(replica, isReady);
  }

  it('retries the queries of a killed executor, and reports the reason', async () => {
    await serve('killed', loopModel(), 1);
    const slow = worker.infer({ replica: 'killed', body: one(300_000) });
    const queued = [1, 2, 3].map((value) => worker.infer({ replica: 'killed', body: one(value) }));
    await worker.controller.waitForReport('a running query', ({ replicas }) =>
      replicas.some(({ replicaId, runningItems }) => replicaId === 'killed' && runningItems > 0),
    );
    for (const pid of executors()) process.kill(pid, 'SIGKILL');
    assert.deepEqual((await Promise.all(queued)).map(floatsOf), [[1], [2], [3]]);
    assert.deepEqual(floatsOf(await slow), [300_000]);
    const report = await worker.controller.waitForReplica('killed', (r) => r.executorDeaths === 1 && isReady(r));
    assert.match(report.reason, /SIGKILL/);
    assert.equal(report.quarantined, false);
  });

  it('answers the queries for the other small models of a process that one of them killed, and loads each alone', async () => {
    const before = new Set(executors());
    await using own = await startTestWorker();
    const models = { guilty: hungryModel(), slow: loopModel(), idle: matrixModel(4) };
    own.controller.order({
      revision: 1,
      replicas: Object.entries(models).map(([name, model]) => order(name, own.spec(name, model))),
    });
    for (const name of Object.keys(models)) await own.controller.waitForReplica(name, isReady);
    const started = (): number[] => executors().filter((pid) => !before.has(pid));
    // One process for the three models, and a spare one.
    await waitFor('one shared process', () => started().length === 2 || undefined);
    const poison = own.infer({ replica: 'guilty', body: one(4e9) });
    const others = [1, 2, 3].map((value) => own.infer({ replica: 'slow', body: one(value) }));
    await assert.rejects(poison, { code: 'internal', message: /killed two executors: out of memory/ });
    assert.deepEqual((await Promise.all(others)).map(floatsOf), [[1], [2], [3]]);
    for (const name of ['slow', 'idle']) {
      const report = await own.controller.waitForReplica(name, (r) => r.executorDeaths === 1 && isReady(r));
      assert.match(report.reason, /^another model ended the process that they share: out of memory/);
      assert.deepEqual([report.failures, report.poisonousQueries], [0, 0]);
    }
    await own.controller.waitForReplica('guilty', isReady);
    await waitFor('a process for each model', () => started().length === 4 || undefined);
    await assert.rejects(own.infer({ replica: 'guilty', body: one(4e9) }), { code: 'internal' });
    assert.equal((await own.controller.waitForReplica('idle', isReady)).executorDeaths, 1, 'it is hurt once');
  });

  it('rejects a query that killed two executors, and quarantines the replica after two such queries', async () => {
    await serve('hungry', hungryModel());
    const poison = (): Promise<unknown> => worker.infer({ replica: 'hungry', body: one(4e9) });
    await assert.rejects(poison(), { code: 'internal', message: /killed two executors: out of memory/ });
    assert.deepEqual(floatsOf(await worker.infer({ replica: 'hungry', body: one(7) })), [7]);
    await assert.rejects(poison(), { code: 'internal' });
    const report = await worker.controller.waitForReplica('hungry', ({ quarantined }) => quarantined);
    assert.equal(report.state, 'FAILED');
    assert.match(report.reason, /quarantined: 2 queries.*out of memory/);
    const after = worker.infer({ replica: 'hungry', body: one(1) });
    await assert.rejects(after, (error: ParetoError) => error.details[notExecutedKey] === '1');
  });

  it('kills an executor whose model hangs, and loads it again', async () => {
    await using own = await startTestWorker({}, { clock: createHurriedClock([5_000, 250]) });
    await serve('hung', loopModel(), undefined, own);
    await assert.rejects(own.infer({ replica: 'hung', body: one(1e18) }), { code: 'internal', message: /hung/ });
    assert.deepEqual(floatsOf(await own.infer({ replica: 'hung', body: one(1) })), [1]);
  });

  it('executes a query of 60 MB', async () => {
    await serve('any', fixture('nobatch'));
    const values = new Float32Array(15_000_000);
    for (let index = 0; index < values.length; index++) values[index] = index;
    const raw = Buffer.from(values.buffer);
    const body = encodeInferRequest({
      modelName: 'any',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [50, 300_000], raw }],
    });
    const { outputs } = decode(await worker.infer({ replica: 'any', body }));
    assert.ok(outputs[0]?.raw.equals(raw));
  });

  it('reports a replica of a corrupted model as failed, with the reason', async () => {
    const spec = { ...worker.spec('bad', fixture('id-fp32')), variant: 'bad:original' };
    const junk = worker.controller.addBlob(Buffer.from('junk'));
    const manifest = { files: [{ path: 'model.onnx', digest: junk, sizeBytes: 4 }] };
    worker.controller.order({ revision: ++revision, replicas: [order('bad', { ...spec, manifest })] });
    const report = await worker.controller.waitForReplica('bad', ({ state }) => state === 'FAILED');
    assert.match(report.reason, /can't be loaded/);
  });

  it('rejects queries with a full queue, so that another replica may be tried', async () => {
    await serve('full', loopModel(), 1);
    const bodies = Array.from({ length: 80 }, () => one(8_000));
    const outcomes = await Promise.allSettled(bodies.map((body) => worker.infer({ replica: 'full', body })));
    const rejections = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason as ParetoError] : []));
    assert.ok(rejections.length > 0 && rejections.length < 20, `${rejections.length} rejected`);
    for (const { code, details } of rejections) {
      assert.equal(code, 'resource-exhausted');
      assert.equal(details[notExecutedKey], '1');
    }
  });

  it('drops queued queries that are cancelled or past their deadline', async () => {
    await serve('left', loopModel(), 1);
    const slow = [1, 2].map(() => worker.infer({ replica: 'left', body: one(100_000) }));
    const late = worker.infer({ replica: 'left', body: one(1), timeoutMs: 50 });
    const controller = new AbortController();
    const cancelled = worker.infer({ replica: 'left', body: one(1), signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await assert.rejects(late, { code: 'deadline-exceeded' });
    await assert.rejects(cancelled, /enough/);
    await Promise.all(slow);
    const report = await worker.controller.waitForReplica(
      'left',
      ({ items, queuedItems }) => items > 1 && queuedItems === 0,
    );
    assert.equal(report.items, 2);
  });
});
