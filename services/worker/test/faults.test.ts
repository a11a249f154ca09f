import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { ParetoError } from '@pareto/core';
import { encodeInferRequest, notExecutedKey } from '@pareto/rpc';
import { createHurriedClock, hungryModel, loopModel } from '@pareto/testkit';
import { decode, fixture, floatRequest, floatsOf, order, startWorld, type World } from './support/harness.js';

const one = (value: number): Buffer => floatRequest([1, 1], [value]);
const isReady = ({ state }: { readonly state: string }): boolean => state === 'READY';

/** Executors that this process started and that run now. */
function executors(): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' }).split(
    '\n',
  );
  return lines.filter((line) => line.includes('executor-main')).map((line) => Number.parseInt(line, 10));
}

describe('a worker when things break', function () {
  this.timeout(60_000);
  /** Of all tests, which differ in their replicas. */
  let world: World;
  let revision = 1;
  before(async () => {
    world = await startWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  /** Serves the model with one replica of that id, and nothing else. */
  async function serve(replica: string, model: Uint8Array, batchCeiling?: number, at = world): Promise<void> {
    at.controller.order({
      revision: ++revision,
      replicas: [order(replica, at.spec(replica, model), batchCeiling)],
    });
    await at.controller.waitForReplica(replica, isReady);
  }

  it('retries what ran in a killed executor, and reports the reason', async () => {
    await serve('killed', loopModel(), 1);
    const slow = world.infer({ replica: 'killed', body: one(300_000) });
    const queued = [1, 2, 3].map((value) => world.infer({ replica: 'killed', body: one(value) }));
    await world.controller.waitForReplica('killed', ({ runningItems }) => runningItems > 0);
    for (const pid of executors()) process.kill(pid, 'SIGKILL');
    assert.deepEqual((await Promise.all(queued)).map(floatsOf), [[1], [2], [3]]);
    assert.deepEqual(floatsOf(await slow), [300_000]);
    const report = await world.controller.waitForReplica('killed', (r) => r.executorDeaths === 1 && isReady(r));
    assert.match(report.reason, /SIGKILL/);
    assert.equal(report.quarantined, false);
  });

  it('ends a query that ended two executors, and quarantines after two such', async () => {
    await serve('hungry', hungryModel());
    const poison = (): Promise<unknown> => world.infer({ replica: 'hungry', body: one(4e9) });
    await assert.rejects(poison(), { code: 'internal', message: /killed two executors: out of memory/ });
    assert.deepEqual(floatsOf(await world.infer({ replica: 'hungry', body: one(7) })), [7]);
    await assert.rejects(poison(), { code: 'internal' });
    const report = await world.controller.waitForReplica('hungry', ({ quarantined }) => quarantined);
    assert.equal(report.state, 'FAILED');
    assert.match(report.reason, /quarantined: 2 queries.*out of memory/);
    const after = world.infer({ replica: 'hungry', body: one(1) });
    await assert.rejects(after, (error: ParetoError) => error.details[notExecutedKey] === '1');
  });

  it('kills a model that hangs, and goes on', async () => {
    await using own = await startWorld({}, { clock: createHurriedClock([5_000, 250]) });
    await serve('hung', loopModel(), undefined, own);
    await assert.rejects(own.infer({ replica: 'hung', body: one(1e18) }), { code: 'internal', message: /hung/ });
    assert.deepEqual(floatsOf(await own.infer({ replica: 'hung', body: one(1) })), [1]);
  });

  it('carries a query of 60 MB', async () => {
    await serve('any', fixture('nobatch'));
    const values = new Float32Array(15_000_000);
    for (let index = 0; index < values.length; index++) values[index] = index;
    const raw = Buffer.from(values.buffer);
    const body = encodeInferRequest({
      modelName: 'any',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [50, 300_000], raw }],
    });
    const { outputs } = decode(await world.infer({ replica: 'any', body }));
    assert.ok(outputs[0]?.raw.equals(raw));
  });

  it('reports a corrupted model as failed, with the reason', async () => {
    const spec = { ...world.spec('bad', fixture('id-fp32')), variant: 'bad:original' };
    const junk = world.controller.addBlob(Buffer.from('junk'));
    const manifest = { files: [{ path: 'model.onnx', digest: junk, sizeBytes: 4 }] };
    world.controller.order({ revision: ++revision, replicas: [order('bad', { ...spec, manifest })] });
    const report = await world.controller.waitForReplica('bad', ({ state }) => state === 'FAILED');
    assert.match(report.reason, /can't be loaded/);
  });

  it('refuses at once when its queue is full, so that another may be tried', async () => {
    await serve('full', loopModel(), 1);
    const bodies = Array.from({ length: 80 }, () => one(20_000));
    const outcomes = await Promise.allSettled(bodies.map((body) => world.infer({ replica: 'full', body })));
    const refusals = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason as ParetoError] : []));
    assert.ok(refusals.length > 0 && refusals.length < 20, `${refusals.length} refused`);
    for (const { code, details } of refusals) {
      assert.equal(code, 'resource-exhausted');
      assert.equal(details[notExecutedKey], '1');
    }
  });

  it('drops queued queries whose caller gave up or whose deadline passed', async () => {
    await serve('left', loopModel(), 1);
    const slow = [1, 2].map(() => world.infer({ replica: 'left', body: one(300_000) }));
    const late = world.infer({ replica: 'left', body: one(1), timeoutMs: 50 });
    const controller = new AbortController();
    const cancelled = world.infer({ replica: 'left', body: one(1), signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await assert.rejects(late, { code: 'deadline-exceeded' });
    await assert.rejects(cancelled, /enough/);
    await Promise.all(slow);
    const report = await world.controller.waitForReplica(
      'left',
      ({ items, queuedItems }) => items > 1 && queuedItems === 0,
    );
    assert.equal(report.items, 2);
  });
});
