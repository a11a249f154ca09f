import assert from 'node:assert/strict';
import type { ParetoError } from '@pareto/core';
import { decodeDecision, encodeInferRequest, notExecutedKey, parseLoad, tokenKey, type wire } from '@pareto/rpc';
import { waitFor } from '@pareto/testkit';
import { decode, fixture, floatRequest, floatsOf, order, startWorld, type World } from '../support/harness.js';

describe('a query on a worker', function () {
  this.timeout(30_000);
  let world: World;

  before(async () => {
    world = await startWorld();
    const labels = { y: world.controller.addBlob(Buffer.from('zero\none\r\ntwo\nthree\n')) };
    const spec = { ...world.spec('id', fixture('id-fp32'), 8), labels };
    const two = world.spec('addsub', fixture('addsub'), 8);
    world.controller.order({ revision: 2, replicas: [order('r1', spec), order('r2', two)] });
    await world.controller.waitForReplica('r1', ({ state }) => state === 'READY');
    await world.controller.waitForReplica('r2', ({ state }) => state === 'READY');
  });
  after(async () => world[Symbol.asyncDispose]());

  it('is answered with its tensors, parameters and trailers', async () => {
    const reply = await world.infer({ replica: 'r1', body: floatRequest([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]) });
    assert.deepEqual(floatsOf(reply), [1, 2, 3, 4, 5, 6, 7, 8]);
    const { modelName, modelVersion, id, parameters } = decode(reply);
    assert.deepEqual([modelName, modelVersion, id], ['task', '1', 'q1']);
    assert.equal(parameters.get('pareto_variant'), 'id:original');
    assert.equal(parameters.get('pareto_accuracy'), 0.9);
    assert.ok(Number(parameters.get('pareto_cost')) > 0);
    assert.equal(parameters.get('pareto_degraded'), true);
    assert.equal(reply.trailers.get('pareto-variant'), 'id:original');
    assert.equal(reply.trailers.get('pareto-decision-id'), 'r1.7');
    assert.equal(parseLoad(reply.trailers.get('endpoint-load-metrics'))?.queuedItems, 0);
  });

  it('of an architecture by name carries its version', async () => {
    const body = floatRequest([1, 4], [1, 2, 3, 4], { modelName: 'id' });
    assert.equal(decode(await world.infer({ replica: 'r1', body })).modelVersion, '3');
  });

  it('shares batches under load, and each gets its own rows', async () => {
    const bodies = Array.from({ length: 40 }, (_, i) => floatRequest([1, 4], [i, i + 0.25, i + 0.5, -i]));
    const replies = await Promise.all(bodies.map((body) => world.infer({ replica: 'r1', body })));
    for (const [i, reply] of replies.entries()) assert.deepEqual(floatsOf(reply), [i, i + 0.25, i + 0.5, -i]);
    const report = await world.controller.waitForReplica('r1', ({ items }) => items >= 40);
    assert.ok(report.executions < report.requests, `${report.executions} runs for ${report.requests} queries`);
  });

  const bad: readonly (readonly [string, Buffer, RegExp])[] = [
    ['name', floatRequest([1, 4], [1, 2, 3, 4], { name: 'z' }), /input 'z' is not known: expected 'x'/],
    ['datatype', floatRequest([1, 4], [1, 2, 3, 4], { datatype: 'INT32' }), /'x': expected datatype FP32, got "INT32"/],
    ['rank', floatRequest([4], [1, 2, 3, 4]), /'x': expected shape \[batch,4\], got \[4\]/],
    ['shape', floatRequest([1, 3], [1, 2, 3]), /'x': expected shape \[batch,4\], got \[1,3\]/],
    ['size', floatRequest([1, 4], [1, 2, 3]), /'x': expected 16 bytes for FP32 \[1,4\], got 12/],
    ['batch', floatRequest([9, 4], Array<number>(36).fill(0)), /batch of at most 8, got 9/],
    ['empty batch', floatRequest([0, 4], []), /at least 1, got 0/],
    ['output', floatRequest([1, 4], [1, 2, 3, 4], { outputs: ['w'] }), /output 'w' is not known: expected 'y'/],
    ['message', Buffer.from([0x0a, 0xff]), /not a ModelInferRequest/],
  ];
  for (const [what, body, message] of bad) {
    it(`with a wrong ${what} is refused, saying what was expected`, async () => {
      await assert.rejects(world.infer({ replica: 'r1', body }), { code: 'invalid-argument', message });
    });
  }

  it('without an input of two is refused', async () => {
    const body = floatRequest([1, 4], [1, 2, 3, 4], { name: 'a' });
    await assert.rejects(world.infer({ replica: 'r2', body }), { code: 'invalid-argument', message: /'b' is missing/ });
  });

  it('may ask for the largest values of an output, with their labels', async () => {
    const wanted = { name: 'y', parameters: [['classification', 2n]] as const };
    const reply = await world.infer({ replica: 'r1', body: floatRequest([1, 4], [1, 7, 3, 5], { outputs: [wanted] }) });
    const [output] = decode(reply).outputs;
    assert.deepEqual([output?.datatype, output?.shape], ['BYTES', [1, 2]]);
    assert.deepEqual(output?.raw.toString('latin1').match(/[\w.]+:\d+:\w+/g), ['7.000000:1:one', '5.000000:3:three']);
  });

  it('for a replica that is elsewhere may be tried elsewhere', async () => {
    const asked = world.infer({ replica: 'r9', body: floatRequest([1, 4], [1, 2, 3, 4]) });
    await assert.rejects(
      asked,
      ({ code, details }: ParetoError) => code === 'unavailable' && details[notExecutedKey] === '1',
    );
  });

  it('is taken from the cluster’s own services only', async () => {
    const body = floatRequest([1, 4], [1, 2, 3, 4]);
    const metadata = { [tokenKey]: 'something else' };
    await assert.rejects(world.infer({ replica: 'r1', body, metadata }), { code: 'unauthenticated' });
    assert.throws(() => decodeDecision('{}'), { code: 'invalid-argument' });
  });

  it('is in the counts of statistics, unless a check turned it away', async () => {
    const counts = async (asked: number): Promise<wire.InferCounts | null | undefined> => {
      world.controller.askNow(asked);
      await waitFor('the report that was asked for', () =>
        world.controller.report?.reportNowSequence === asked ? true : undefined,
      );
      return world.controller.told.get('r2')?.counts;
    };
    assert.equal((await counts(1))?.lastInferenceAgeMs, undefined);
    const four = { datatype: 'FP32', shape: [2, 4], raw: Buffer.alloc(32) } as const;
    const inputs = ['a', 'b'].map((name) => ({ name, ...four }));
    const body = encodeInferRequest({ modelName: 'addsub', parameters: [], inputs });
    await world.infer({ replica: 'r2', body });
    await assert.rejects(world.infer({ replica: 'r2', body: floatRequest([1, 4], [1, 2, 3, 4]) }));
    const after = await counts(2);
    const { success, fail, queue, computeInput, computeInfer, computeOutput, batches = [] } = after ?? {};
    assert.deepEqual(
      [success, queue, computeInput, computeInfer, computeOutput, fail].map((timed) => timed?.count),
      [1, 1, 1, 1, 1, 0],
    );
    const parts = [queue, computeInput, computeInfer, computeOutput].map((timed) => timed?.ns ?? NaN);
    assert.ok((success?.ns ?? 0) >= parts.reduce((sum, ns) => sum + ns));
    assert.deepEqual(
      batches.map(({ batchSize, executions, computeInferNs }) => [batchSize, executions, computeInferNs]),
      [[2, 1, computeInfer?.ns]],
    );
    assert.equal(world.controller.told.get('r2')?.items, 2);
    assert.ok((after?.lastInferenceAgeMs ?? -1) >= 0);
  });

  it('is counted', async () => {
    const text = await waitFor('metrics', async () => (await fetch(`${world.metricsUrl}/metrics`)).text());
    assert.match(text, /pareto_requests_total\{variant="id:original",code="ok".*\} \d+/);
    assert.match(text, /pareto_replicas\{state="ready".*\} 2/);
    assert.match(text, /nv_inference_compute_input_duration_us\{model="addsub:original",version="3".*\} \d/);
    assert.match(text, /nv_inference_request_success\{model="addsub:original",version="3".*\} 1\n/);
    assert.equal((await fetch(`${world.metricsUrl}/readyz`)).status, 200);
  });
});
