import assert from 'node:assert/strict';
import type { ParetoError } from '@pareto/core';
import { decodeDecision, encodeInferRequest, notExecutedKey, parseLoad, tokenKey, type wire } from '@pareto/protocol';
import { waitFor } from '@pareto/testkit';
import {
  decode,
  fixture,
  floatRequest,
  floatsOf,
  order,
  startTestWorker,
  type TestWorker,
} from '../support/harness.js';

describe('worker query', function () {
  this.timeout(30_000);
  let worker: TestWorker;

  before(async () => {
    worker = await startTestWorker();
    const labels = { y: worker.controller.addBlob(Buffer.from('zero\none\r\ntwo\nthree\n')) };
    const spec = { ...worker.spec('id', fixture('id-fp32'), 8), labels };
    const two = worker.spec('addsub', fixture('addsub'), 8);
    worker.controller.order({ revision: 2, replicas: [order('r1', spec), order('r2', two)] });
    await worker.controller.waitForReplica('r1', ({ state }) => state === 'READY');
    await worker.controller.waitForReplica('r2', ({ state }) => state === 'READY');
  });
  after(async () => worker[Symbol.asyncDispose]());

  it('is answered with its tensors, parameters and trailers', async () => {
    const reply = await worker.infer({ replica: 'r1', body: floatRequest([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]) });
    assert.deepEqual(floatsOf(reply), [1, 2, 3, 4, 5, 6, 7, 8]);
    const { modelName, modelVersion, id, parameters } = decode(reply);
    assert.deepEqual([modelName, modelVersion, id], ['task', '1', 'q1']);
    assert.equal(parameters.get('pareto_variant'), 'id:original');
    assert.equal(parameters.get('pareto_accuracy'), 0.9);
    assert.ok(Number(parameters.get('pareto_cost')) > 0);
    assert.equal(parameters.get('pareto_cost_per_1k'), 0.02);
    assert.equal(reply.trailers.get('pareto-cost-per-1k'), '0.02');
    assert.equal(parameters.get('pareto_degraded'), true);
    assert.equal(reply.trailers.get('pareto-variant'), 'id:original');
    assert.equal(reply.trailers.get('pareto-decision-id'), 'r1.7');
    assert.equal(parseLoad(reply.trailers.get('endpoint-load-metrics'))?.load.queuedItems, 0);
  });

  it('for an architecture by name is answered with its version', async () => {
    const body = floatRequest([1, 4], [1, 2, 3, 4], { modelName: 'id' });
    assert.equal(decode(await worker.infer({ replica: 'r1', body })).modelVersion, '3');
  });

  it('shares batches under load, and is answered with its own rows', async () => {
    const bodies = Array.from({ length: 40 }, (_, i) => floatRequest([1, 4], [i, i + 0.25, i + 0.5, -i]));
    const replies = await Promise.all(bodies.map((body) => worker.infer({ replica: 'r1', body })));
    for (const [i, reply] of replies.entries()) assert.deepEqual(floatsOf(reply), [i, i + 0.25, i + 0.5, -i]);
    const report = await worker.controller.waitForReplica('r1', ({ items }) => items >= 40);
    assert.ok(report.executions < report.requests, `${report.executions} runs for ${report.requests} queries`);
  });

  const bad: readonly (readonly [string, Buffer, RegExp])[] = [
    ['name', floatRequest([1, 4], [1, 2, 3, 4], { name: 'z' }), /input 'z' is unknown; expected 'x'/],
    ['datatype', floatRequest([1, 4], [1, 2, 3, 4], { datatype: 'INT32' }), /'x': expected datatype FP32, got "INT32"/],
    ['rank', floatRequest([4], [1, 2, 3, 4]), /'x': expected shape \[batch,4\], got \[4\]/],
    ['shape', floatRequest([1, 3], [1, 2, 3]), /'x': expected shape \[batch,4\], got \[1,3\]/],
    ['size', floatRequest([1, 4], [1, 2, 3]), /'x': expected 16 bytes for FP32 \[1,4\], got 12/],
    ['batch', floatRequest([9, 4], Array<number>(36).fill(0)), /batch of at most 8, got 9/],
    ['empty batch', floatRequest([0, 4], []), /at least 1, got 0/],
    ['output', floatRequest([1, 4], [1, 2, 3, 4], { outputs: ['w'] }), /output 'w' is unknown; expected some of 'y'/],
    ['message', Buffer.from([0x0a, 0xff]), /is not a request of inference\.GRPCInferenceService\/ModelInfer/],
  ];
  for (const [what, body, message] of bad) {
    it(`with a wrong ${what} is rejected with what was expected`, async () => {
      await assert.rejects(worker.infer({ replica: 'r1', body }), { code: 'invalid-argument', message });
    });
  }

  it('without one of two inputs is rejected', async () => {
    const body = floatRequest([1, 4], [1, 2, 3, 4], { name: 'a' });
    await assert.rejects(worker.infer({ replica: 'r2', body }), {
      code: 'invalid-argument',
      message: /'b' is missing/,
    });
  });

  it('may request the largest values of an output, with their labels', async () => {
    const requested = { name: 'y', parameters: [['classification', 2n]] as const };
    const reply = await worker.infer({
      replica: 'r1',
      body: floatRequest([1, 4], [1, 7, 3, 5], { outputs: [requested] }),
    });
    const [output] = decode(reply).outputs;
    assert.deepEqual([output?.datatype, output?.shape], ['BYTES', [1, 2]]);
    assert.deepEqual(output?.raw.toString('latin1').match(/[\w.]+:\d+:\w+/g), ['7.000000:1:one', '5.000000:3:three']);
  });

  it('for a replica that is not on the worker is rejected as not executed', async () => {
    const querying = worker.infer({ replica: 'r9', body: floatRequest([1, 4], [1, 2, 3, 4]) });
    await assert.rejects(
      querying,
      ({ code, details }: ParetoError) => code === 'unavailable' && details[notExecutedKey] === '1',
    );
  });

  it('is rejected without the token of the cluster', async () => {
    const body = floatRequest([1, 4], [1, 2, 3, 4]);
    const metadata = { [tokenKey]: 'something else' };
    await assert.rejects(worker.infer({ replica: 'r1', body, metadata }), { code: 'unauthenticated' });
    assert.throws(() => decodeDecision('{}'), { code: 'invalid-argument' });
  });

  it('is counted in the statistics, unless it was rejected by a check', async () => {
    const counts = async (sequence: number): Promise<wire.InferCounts | null | undefined> => {
      worker.controller.requestReport(sequence);
      await waitFor('the requested report', () =>
        worker.controller.report?.reportNowSequence === sequence ? true : undefined,
      );
      return worker.controller.replicaReports.get('r2')?.counts;
    };
    assert.equal((await counts(1))?.lastInferenceAgeMs, undefined);
    const four = { datatype: 'FP32', shape: [2, 4], raw: Buffer.alloc(32) } as const;
    const inputs = ['a', 'b'].map((name) => ({ name, ...four }));
    const body = encodeInferRequest({ modelName: 'addsub', parameters: [], inputs });
    await worker.infer({ replica: 'r2', body });
    await assert.rejects(worker.infer({ replica: 'r2', body: floatRequest([1, 4], [1, 2, 3, 4]) }));
    const after = await counts(2);
    const { success, fail, queue, computeInput, computeInfer, computeOutput, batches = [] } = after ?? {};
    assert.deepEqual(
      [success, queue, computeInput, computeInfer, computeOutput, fail].map((timed) => timed?.count),
      [1, 1, 1, 1, 1, 0],
    );
    const parts = [queue, computeInput, computeInfer, computeOutput].map((timed) => timed?.ns ?? NaN);
    const sum = parts.reduce((a, b) => a + b);
    assert.ok((success?.ns ?? 0) >= sum - parts.length, `${success?.ns} >= ${sum}, each rounded`);
    assert.deepEqual(
      batches.map(({ batchSize, executions, computeInferNs }) => [batchSize, executions, computeInferNs]),
      [[2, 1, computeInfer?.ns]],
    );
    assert.equal(worker.controller.replicaReports.get('r2')?.items, 2);
    assert.ok((after?.lastInferenceAgeMs ?? -1) >= 0);
  });

  it('is counted in the metrics', async () => {
    const text = await waitFor('metrics', async () => (await fetch(`${worker.metricsUrl}/metrics`)).text());
    assert.match(text, /pareto_worker_requests_total\{variant="id:original",code="ok".*\} \d+/);
    assert.match(text, /pareto_worker_replicas\{state="ready".*\} 2/);
    assert.match(text, /pareto_worker_requests_total\{variant="addsub:original",code="internal".*\} 0\n/);
    assert.match(text, /pareto_cache_bytes\{.*\} [1-9]\d+\n/);
    assert.match(text, /pareto_cache_limit_bytes\{.*\} [1-9]\d+\n/);
    assert.match(text, /nv_inference_compute_input_duration_us\{model="addsub:original",version="3".*\} \d/);
    assert.match(text, /nv_inference_request_success\{model="addsub:original",version="3".*\} 1\n/);
    assert.equal((await fetch(`${worker.metricsUrl}/readyz`)).status, 200);
  });
});
