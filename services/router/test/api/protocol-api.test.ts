import assert from 'node:assert/strict';
import { digest } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { waitFor } from '@pareto/testkit';
import { fails } from '../support/fails.js';
import { replicaRow, ruleRow } from '../support/rows.js';
import { addController, addRouter, cleanUp, startFixture, tiny, type Fixture } from '../support/fixture.js';

const row = (variant: string, version: number, items: number): wire.VariantStatisticsInput => {
  const timed = { count: items, ns: items * 1000 };
  const batch = { batchSize: 1, executions: items, computeInputNs: 1, computeInferNs: 2, computeOutputNs: 3 };
  const counts = {
    ...{ success: timed, fail: { count: 0, ns: 0 }, queue: timed },
    ...{ computeInput: timed, computeInfer: timed, computeOutput: timed },
    batches: [batch],
    lastInferenceAgeMs: 1000,
  };
  return { variant, version, items, executions: items, counts };
};

describe('model metadata and configuration', () => {
  afterEach(cleanUp);

  it('have the form that the protocol defines', async () => {
    const { router, controller } = await startFixture();
    const labels = { y: digest(`sha256:${'0'.repeat(64)}`) };
    const signature = {
      inputs: [
        { name: 'x', datatype: 'FP32', dims: [-1, 2] },
        { name: 's', datatype: 'BYTES', dims: [1] },
      ],
      outputs: [{ name: 'y', datatype: 'INT64', dims: [10] }],
      batched: true,
    };
    const architecture = { name: 'tiny', version: 1, task: 'digits', signature, maxBatchSize: 8, labels, manifest: {} };
    await controller.change([{ key: 'architecture/tiny/1', architecture }]);
    const config = await waitFor('the change', async () => {
      const { config: received } = await router.protocol.modelConfig({ name: 'tiny', version: '1' });
      return received?.input.length === 2 ? received : undefined;
    });
    const { name, platform, backend, maxBatchSize, defaultModelFilename, schedulingChoice } = config;
    assert.deepEqual(
      { name, platform, backend, maxBatchSize, defaultModelFilename, schedulingChoice },
      {
        name: 'tiny',
        platform: 'onnxruntime_onnx',
        backend: 'onnxruntime',
        maxBatchSize: 8,
        defaultModelFilename: 'model.onnx',
        schedulingChoice: 'dynamicBatching',
      },
    );
    assert.deepEqual(config.dynamicBatching?.preferredBatchSize, [8]);
    assert.deepEqual(
      config.input.map(({ dataType, dims }) => [dataType, dims]),
      [
        ['TYPE_FP32', [-1, 2]],
        ['TYPE_STRING', [1]],
      ],
    );
    assert.deepEqual(
      config.output.map(({ dataType, dims, labelFilename }) => [dataType, dims, labelFilename]),
      [['TYPE_INT64', [10], 'labels-y.txt']],
    );
    assert.deepEqual(config.instanceGroup, [{ name: 'tiny', count: 1, kind: 'KIND_CPU' }]);
    assert.equal(config.modelTransactionPolicy?.decoupled, false);
    assert.equal(config.versionPolicy?.latest?.numVersions, 1);
    assert.equal(config.parameters['pareto_task']?.stringValue, 'digits');
    assert.equal(config.parameters['latency_ms']?.stringValue, '1000');
    const metadata = await router.protocol.modelMetadata({ name: 'tiny' });
    assert.deepEqual(metadata.inputs[0]?.shape, [-1, -1, 2]);
    const server = await router.protocol.serverMetadata({});
    assert.ok(server.extensions.includes('statistics'));
  });

  it('report an unknown name or version as not ready or not found', async () => {
    const { protocol } = (await startFixture()).router;
    for (const query of [{}, { name: 'nope' }, { name: 'tiny', version: '99' }, { name: 'no such!' }]) {
      assert.equal((await protocol.modelReady(query)).ready, false);
    }
    assert.equal((await protocol.modelReady({ name: 'tiny', version: '1' })).ready, true);
    await fails(protocol.modelReady({ name: 'tiny', version: 'x' }), 'invalid-argument', /version "x" is not valid/);
    await fails(protocol.modelReady({ name: 'tiny', version: '0' }), 'invalid-argument', /expected a positive integer/);
    for (const call of [protocol.modelMetadata, protocol.modelConfig]) {
      await fails(call({}), 'not-found', /named ''/);
      await fails(call({ name: 'nope' }), 'not-found', /RepositoryIndex/);
      await fails(call({ name: 'tiny', version: '99' }), 'not-found', /served in version 1/);
    }
  });
});

describe('ModelStatistics', () => {
  afterEach(cleanUp);
  const counted = async (fixture: Fixture, name: string): Promise<readonly (readonly [string, string, number])[]> => {
    const { modelStats } = await fixture.router.protocol.modelStatistics({ name });
    return modelStats.map(({ name: model, version, inferenceCount }) => [model, version, inferenceCount]);
  };

  it('sums the counts of the variants of a name', async () => {
    const fixture = await startFixture();
    fixture.controller.statistics = [
      row('tiny:original', 1, 3),
      row('tiny:original', 2, 50),
      row('large:original', 1, 4),
    ];
    const calledAt = Date.now();
    const { modelStats } = await fixture.router.protocol.modelStatistics({ name: 'tiny', version: '1' });
    const [tinys] = modelStats;
    assert.equal(modelStats.length, 1);
    assert.ok(tinys !== undefined);
    assert.equal(tinys.executionCount, 3);
    assert.deepEqual(tinys.inferenceStats?.queue, { count: 3, ns: 3000 });
    assert.deepEqual(tinys.inferenceStats.cacheHit, { count: 0, ns: 0 });
    assert.deepEqual(tinys.batchStats, [
      {
        batchSize: 1,
        computeInput: { count: 3, ns: 1 },
        computeInfer: { count: 3, ns: 2 },
        computeOutput: { count: 3, ns: 3 },
      },
    ]);
    assert.ok(Math.abs(tinys.lastInference - (calledAt - 1000)) < 60_000);
    assert.deepEqual(fixture.controller.statisticsCalls, [['tiny:original']]);
    assert.deepEqual(await counted(fixture, 'large:original'), [['large:original', '1', 4]]);
    assert.deepEqual(await counted(fixture, 'digits'), [['digits', '1', 57]]);
    assert.deepEqual(await counted(fixture, ''), [
      ['digits', '1', 57],
      ['large', '1', 4],
      ['tiny', '1', 3],
    ]);
    assert.deepEqual(fixture.controller.statisticsCalls.at(-1), []);
  });

  it('rejects an unknown model as an invalid argument', async () => {
    const { protocol } = (await startFixture()).router;
    await fails(protocol.modelStatistics({ name: 'nope' }), 'invalid-argument', /named 'nope'/);
    await fails(protocol.modelStatistics({ name: 'tiny', version: '9' }), 'invalid-argument', /served in version 1/);
  });

  it('returns the last received counts while there is no leader', async () => {
    const fixture = await startFixture();
    fixture.controller.statistics = undefined;
    const { protocol } = fixture.router;
    await fails(
      protocol.modelStatistics({ name: 'tiny' }, { timeoutMs: 1000 }),
      'unavailable',
      /no controller returned statistics/,
    );
    fixture.controller.statistics = [row('tiny:original', 1, 3)];
    assert.deepEqual(await counted(fixture, 'tiny'), [['tiny', '1', 3]]);
    fixture.controller.statistics = undefined;
    const { modelStats } = await protocol.modelStatistics({ name: 'tiny' }, { timeoutMs: 1000 });
    assert.equal(modelStats[0]?.inferenceCount, 3);
  });
});

describe('the model repository', () => {
  afterEach(cleanUp);

  it('shows tasks and architectures with their state', async () => {
    const bad = { ...tiny, name: 'bad', measurementError: 'it crashed' };
    const { router, controller } = await startFixture({
      variants: [tiny, { ...tiny, name: 'cold' }, bad],
      workers: [['tiny']],
    });
    const { models } = await router.protocol.repositoryIndex({});
    assert.deepEqual(
      models.map(({ name, version, state }) => [name, version, state]),
      [
        ['bad', '1', 'UNAVAILABLE'],
        ['cold', '1', 'UNAVAILABLE'],
        ['digits', '1', 'READY'],
        ['tiny', '1', 'READY'],
      ],
    );
    assert.match(models[0]?.reason ?? '', /it crashed/);
    assert.match(models[1]?.reason ?? '', /cold/);
    const { models: ready } = await router.protocol.repositoryIndex({ ready: true });
    assert.deepEqual(
      ready.map(({ name }) => name),
      ['digits', 'tiny'],
    );
    await controller.change([replicaRow({ id: 'c', of: 'cold', address: 'w:1', state: 'LOADING' })]);
    await waitFor('the load to show', async () =>
      (await router.protocol.repositoryIndex({})).models.find(({ state }) => state === 'LOADING'),
    );
    await fails(router.protocol.repositoryIndex({ repositoryName: 'x' }), 'unimplemented', /leave it empty/);
  });

  it('hides a task that was created for a single architecture', async () => {
    const { router, controller } = await startFixture({ variants: [] });
    const signature = { inputs: [], outputs: [], batched: false };
    const named = { name: 'm', version: 1, task: 'm.task', signature, maxBatchSize: 0, manifest: {} };
    const task = { name: 'm.task', metric: 'top1' as const, signature, defaultObjective: {} };
    await controller.publish([
      { key: 'task/m.task', task },
      { key: 'architecture/m/1', architecture: named },
    ]);
    const names = await waitFor('the table', async () => {
      const { models } = await router.protocol.repositoryIndex({});
      return models.some(({ name }) => name === 'm') ? models.map(({ name }) => name) : undefined;
    });
    assert.deepEqual(names, ['m']);
  });

  it('keeps a model warm on load, and responds when it is ready', async () => {
    const { router, controller, workers } = await startFixture({ workers: [['tiny']] });
    const [worker] = workers;
    assert.ok(worker !== undefined);
    await router.protocol.repositoryModelLoad({ modelName: 'tiny' });
    let isLoaded = false;
    const loaded = router.protocol.repositoryModelLoad({ modelName: 'large' }).then(() => (isLoaded = true));
    await waitFor('the rule', () => controller.warmthCalls.find((call) => call === 'warm large'));
    assert.equal(isLoaded, false);
    worker.replicas.push({ replicaId: 'large-0', state: 'READY' });
    await controller.change([replicaRow({ id: 'large-0', of: 'large', address: worker.address, worker: 'w0' })]);
    await loaded;
    const unload = { modelName: 'large', parameters: { unload_dependents: { boolParam: true } } };
    await router.protocol.repositoryModelUnload(unload);
    assert.deepEqual(controller.warmthCalls, ['warm tiny', 'warm large', 'cold large']);
  });

  it('does not respond to load while a replica of the table was unloaded before', async () => {
    const { router, controller, workers } = await startFixture({ workers: [['tiny']] });
    const [worker] = workers;
    assert.ok(worker !== undefined);
    controller.unplannedRevisions = 1;
    let isLoaded = false;
    const loaded = router.protocol.repositoryModelLoad({ modelName: 'tiny' }).then(() => (isLoaded = true));
    await waitFor('the rule', () => controller.warmthCalls[0]);
    const short = router.protocol.repositoryModelLoad({ modelName: 'tiny' }, { timeoutMs: 200 });
    await fails(short, 'deadline-exceeded', /.*/);
    assert.equal(isLoaded, false);
    const row = replicaRow({ id: 'tiny-1', of: 'tiny', address: worker.address, worker: 'w0' });
    worker.replicas.push({ replicaId: 'tiny-1', state: 'READY' });
    await controller.change([row]);
    await loaded;
  });

  it('serves at most 64 load and unload calls at one time', async () => {
    const { router, controller } = await startFixture({ workers: [['tiny']] });
    const { protocol } = router;
    const large = { modelName: 'large' };
    const aborters = Array.from({ length: 64 }, () => new AbortController());
    const calls = aborters.map(({ signal }) => protocol.repositoryModelLoad(large, { signal }));
    const settled = Promise.allSettled(calls);
    await waitFor('the calls', () => (controller.warmthCalls.length === 64 ? true : undefined));
    const text = /^64 load and unload calls are in progress at this router: nothing was changed; retry later/;
    await fails(protocol.repositoryModelLoad(large), 'resource-exhausted', text);
    await fails(protocol.repositoryModelUnload({ modelName: 'tiny' }), 'resource-exhausted', text);
    const overHttp = await fetch(`${router.url}/v2/repository/models/tiny/unload`, { method: 'POST' });
    assert.equal(overHttp.status, 429);
    assert.equal(controller.warmthCalls.length, 64);
    assert.equal((await router.infer()).trailers.get('pareto-variant'), 'tiny:original');
    for (const aborter of aborters) aborter.abort();
    assert.deepEqual([...new Set((await settled).map(({ status }) => status))], ['rejected']);
    await waitFor('a free place', () =>
      protocol.repositoryModelUnload(large).then(
        () => true as const,
        () => undefined,
      ),
    );
  });

  it('reports why a model cannot be loaded or unloaded', async () => {
    const { router, controller } = await startFixture({ workers: [['tiny']] });
    const { protocol } = router;
    await fails(protocol.repositoryModelLoad({ modelName: 'nope' }), 'not-found', /named 'nope'/);
    await fails(protocol.repositoryModelUnload({ modelName: 'nope' }), 'not-found', /named 'nope'/);
    assert.deepEqual(controller.warmthCalls, []);
    const changed = { modelName: 'tiny', parameters: { config: { stringParam: '{}' } } };
    await fails(protocol.repositoryModelLoad(changed), 'unimplemented', /register it as a new version/);
    await fails(protocol.repositoryModelLoad({ modelName: 'large' }, { timeoutMs: 300 }), 'deadline-exceeded', /.*/);
    await controller.change([ruleRow('deny', 'large')]);
    await waitFor('the rule', async () => {
      const { models } = await protocol.repositoryIndex({});
      return models.find(({ reason }) => reason.includes('denied'));
    });
    await fails(protocol.repositoryModelLoad({ modelName: 'large' }), 'failed-precondition', /large is denied/);
  });
});

describe('settings and shared memory', () => {
  afterEach(cleanUp);

  it('are returned, and cannot be changed', async () => {
    const router = await addRouter(await addController(undefined), { logLevel: 'warn', logFormat: 'json' });
    const { settings: logs } = await router.protocol.logSettings({});
    assert.deepEqual(
      ['log_info', 'log_warning', 'log_error'].map((name) => logs[name]?.boolParam),
      [false, true, true],
    );
    assert.equal(logs['log_verbose_level']?.uint32Param, 0);
    const { settings: traces } = await router.protocol.traceSetting({});
    assert.deepEqual(traces['trace_level'], { value: ['OFF'] });
    assert.equal(Object.keys(traces).length, 6);
    assert.deepEqual(traces['trace_rate'], { value: ['1'] });
    const sampling = await addRouter(await addController(undefined), { traceSample: 0.01 });
    assert.deepEqual((await sampling.protocol.traceSetting({})).settings['trace_rate'], { value: ['100'] });
    const trace = { settings: { trace_level: { value: ['TIMESTAMPS'] } } };
    await fails(router.protocol.traceSetting(trace), 'unimplemented', /trace_level .* --trace-endpoint/);
    const log = { settings: { log_info: { boolParam: false } } };
    await fails(router.protocol.logSettings(log), 'unimplemented', /--log-level/);
  });

  it('list no regions, and cannot register one', async () => {
    const { protocol } = await addRouter(await addController(undefined));
    assert.deepEqual((await protocol.systemSharedMemoryStatus({})).regions, {});
    assert.deepEqual((await protocol.cudaSharedMemoryStatus({})).regions, {});
    await fails(protocol.systemSharedMemoryStatus({ name: 'r' }), 'not-found', /'r' is not registered/);
    await fails(protocol.systemSharedMemoryRegister({ name: 'r' }), 'unimplemented', /raw_input_contents/);
    await fails(protocol.cudaSharedMemoryRegister({ name: 'r' }), 'unimplemented', /raw_input_contents/);
    await protocol.systemSharedMemoryUnregister({});
    await protocol.cudaSharedMemoryUnregister({ name: 'r' });
  });
});
