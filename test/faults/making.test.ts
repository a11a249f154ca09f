// Processes killed while variants are generated and measured, and models whose files or measurements fail.

import assert from 'node:assert/strict';
import type { Metric } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { briefPauseMs, floats, hungryModel, longs, onnxType, waitFor, writeModel, writeNpz } from '@pareto/testkit';
import type { TestClient } from '../support/client.js';
import type { Cluster } from '../support/cluster.js';
import { readDigitModel, startDigits, type Digits, type DigitsCluster } from '../support/digits.js';
import { found } from '../support/findings.js';

/** A rewritten file, a calibrated one, and one by ONNX Runtime's optimiser. */
const madeRecipes = ['fp16', 'int8-static', 'optimised'];
const oneOfEachKind = ['original', ...madeRecipes];

describe('generating variants', function () {
  this.timeout(300_000);
  let started: DigitsCluster;
  let cluster: Cluster;
  let client: TestClient;
  let digits: Digits;
  before(async () => {
    started = await startDigits({ workers: 2, fewSamples: true }, []);
    ({ cluster, client, digits } = started);
  });
  after(() => started[Symbol.asyncDispose]());

  const stepsOf = async (name: string): Promise<readonly wire.JobStep[]> => {
    const { jobs } = await client.registry.jobs({ name }).catch(() => ({ jobs: [] }));
    return jobs.flatMap(({ steps }) => steps);
  };

  /** Waits until `done` steps are done and another one runs, and returns it. */
  const midway = (name: string, done: number, kind: string): Promise<wire.JobStep> =>
    waitFor(
      `${done} finished steps of ${name}, and a running ${kind} step`,
      async () => {
        const steps = await stepsOf(name);
        const running = steps.find((step) => step.state === 'running' && step.kind === kind);
        return steps.filter(({ state }) => state === 'done').length >= done ? running : undefined;
      },
      60_000,
      briefPauseMs,
    );

  async function finished(name: string, wanted: readonly string[]): Promise<wire.DescribeResponse> {
    const { task } = await client.registry.describe({ name });
    await client.waitUntilDone(task?.name ?? '');
    const described = await client.registry.describe({ name });
    for (const variant of described.variants) assert.equal(variant.measurements[0]?.error, '', variant.name);
    assert.deepEqual(described.outcomes.map(({ recipe }) => recipe).sort(), wanted.toSorted());
    return described;
  }

  /** Returns the workers' log entries with a message since their last start. */
  const logged = (message: string): readonly Readonly<Record<string, unknown>>[] =>
    cluster.workers.flatMap((worker) => worker.logs()).filter((entry) => entry.message === message);

  it('the controller is killed: finished steps are not repeated, and the others are done', async () => {
    await client.registerModel('digits', 'mlp-small', await readDigitModel('mlp-small'), { recipes: oneOfEachKind });
    await midway('mlp-small', 3, 'measure');
    const before = await client.registry.describe({ name: 'mlp-small' });
    await cluster.controller.kill();
    await cluster.controller.start();
    const after = await finished('mlp-small', madeRecipes);
    for (const outcome of before.outcomes)
      assert.deepEqual(
        after.outcomes.find(({ recipe }) => recipe === outcome.recipe),
        outcome,
      );
    for (const { name, measurements } of before.variants)
      for (const measurement of measurements)
        assert.deepEqual(after.variants.find((variant) => variant.name === name)?.measurements[0], measurement, name);
    const done = logged('step finished').map(({ variant, kind }) => `${String(kind)} of ${String(variant)}`);
    const stored = [
      ...before.outcomes.map(({ recipe }) => `outcome of mlp-small:${recipe}`),
      ...before.variants.flatMap(({ name, measurements }) => measurements.map(() => `measurement of ${name}`)),
    ];
    assert.ok(stored.length >= 3, stored.join(', '));
    for (const step of stored) {
      assert.equal(
        done.filter((one) => one === step).length,
        1,
        `${step} was stored, and done again: ${done.join(', ')}`,
      );
    }
  });

  const kills = [
    { kind: 'make', done: 0, wanted: ['fp16', 'int8-dynamic'] },
    { kind: 'measure', done: 1, wanted: ['fp16'] },
  ];
  for (const { kind, done, wanted } of kills) {
    it(`a worker is killed during a ${kind} step: another one does it, and no query fails`, async () => {
      const name = `mlp-${kind}`;
      await client.registerModel('digits', name, await readDigitModel('mlp-small'), {
        recipes: ['original', ...wanted],
      });
      const step = await midway(name, done, kind);
      const workers = await client.fleet.listWorkers({});
      const address = workers.workers.find(({ workerId }) => workerId === step.worker)?.address;
      const victim = cluster.workers.find((worker) => worker.address === address) ?? assert.fail(`no ${step.worker}`);
      await victim.kill();
      for (let index = 0; index < 20; index++)
        await client.infer('digits', [digits.input(index)], { latency_ms: 10_000 });
      await victim.start();
      await finished(name, wanted);
      const steps = await stepsOf(name);
      found({ name: `worker killed during a ${kind} step: steps in the end`, value: steps.length, unit: '' });
    });
  }

  it('queries are answered while files are generated and measured', async () => {
    const wanted = ['fp16'];
    await client.registerModel('digits', 'cnn-small', await readDigitModel('cnn-small'), {
      recipes: ['original', ...wanted],
    });
    let answers = 0;
    const done = finished('cnn-small', wanted).then(() => true);
    const isDone = { yes: false };
    void done.finally(() => (isDone.yes = true)).catch(() => undefined);
    while (!isDone.yes) {
      await client.infer('digits', [digits.input(answers % 100)], { latency_ms: 5_000 });
      answers += 1;
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    assert.ok(await done);
    assert.ok(answers > 20);
  });

  describe('for a model that', () => {
    const numbers = (labels: readonly number[]): Uint8Array => {
      const values = labels.map((_, index) => 1 + (index % 3));
      return writeNpz({ x: floats([labels.length, 1], values), label: longs([labels.length], labels) });
    };

    async function failedSteps(
      name: string,
      model: Uint8Array,
      validation?: Uint8Array,
      metric: Metric = 'top1',
    ): Promise<readonly wire.JobStep[]> {
      await client.registerTask(name, { metric, ...(validation === undefined ? {} : { validation }) });
      await client.registerModel(name, `${name}-model`, model, { recipes: ['original', 'int8-static'] });
      await client.waitUntilDone(name);
      const steps = await stepsOf(name);
      return steps.filter(({ state }) => state === 'failed');
    }

    it('needs more memory than available: reports it, and completes the rest of the job', async () => {
      const labels = Array.from({ length: 30 }, () => 0);
      const values = labels.map(() => 40e9);
      const validation = writeNpz({ x: floats([30, 1], values), label: floats([30, 1], labels) });
      const failed = await failedSteps('hungry', hungryModel(), validation, 'mse');
      assert.ok(failed.length > 0);
      for (const { detail } of failed) assert.match(detail, /memory/);
    });

    it('has labels that do not fit: reports the expected ones', async () => {
      const failed = await failedSteps('unfit', await readDigitModel('mlp-tiny'), await shiftedLabels());
      assert.ok(failed.some(({ kind }) => kind === 'measure'));
      for (const { detail } of failed) assert.match(detail, /label/);
    });

    /** Creates digits with classes that the model does not have. */
    async function shiftedLabels(): Promise<Uint8Array> {
      const images = Array.from({ length: 40 }, (_, index) => digits.input(index).raw);
      return writeNpz({
        image: { descr: '<f4', dims: [40, 1, 28, 28], data: Buffer.concat(images) },
        label: longs(
          [40],
          Array.from({ length: 40 }, (_, index) => 1_000 + index),
        ),
      });
    }

    it('only returns NaN: reports it, and does not serve the model', async () => {
      const labels = Array.from({ length: 40 }, (_, index) => index % 2);
      const failed = await failedSteps('nothing', nanModel(), numbers(labels));
      const original = failed.find(({ kind, recipe }) => kind === 'measure' && recipe === 'original');
      assert.match(original?.detail ?? '', /NaN for all 36 evaluation samples/);
    });
  });
});

/** Creates a model with `y` = `x` × NaN, over two classes. */
function nanModel(): Uint8Array {
  return writeModel({
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: onnxType.float, dims: ['batch', 1] }],
    outputs: [{ name: 'y', type: onnxType.float, dims: ['batch', 2] }],
    initializers: [
      { name: 'w', type: onnxType.float, dims: [1, 2], raw: new Uint8Array(Float32Array.of(NaN, NaN).buffer) },
    ],
  });
}
