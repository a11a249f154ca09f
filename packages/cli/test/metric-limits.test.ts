// Limits in the unit of a metric, which the commands translate into accuracy floors.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { metricForms, ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { createServer, type RpcServer } from '@pareto/rpc';
import { createTempFolder, floats, rootModel, writeNpz, type TempFolder } from '@pareto/testkit';
import { fakeMeasurement, fakeTask, fakeVariant } from './support/fake-description.js';
import { createFakeStorage, startFakeController, type FakeController } from './support/fake-controller.js';
import { startProgram } from './support/run-program.js';

const scale = 80;
const measured = { name: 'ridge:original', metric: 'rmse', accuracy: 0.6 };

describe('limits of metrics', () => {
  let folder: TempFolder;
  let router: RpcServer;
  let controller: FakeController;
  const storage = createFakeStorage();
  let addresses: readonly string[];
  let requests: (wire.Objective | null)[];
  before(async () => {
    folder = await createTempFolder();
    router = createServer();
    router.add('pareto.v1.Inference', {
      whatIf: async ({ target, objective }) => {
        requests.push(objective);
        const { accuracy } = fakeMeasurement(target === 'digits' ? { name: 'mlp:original' } : measured);
        const candidate = { variant: 'ridge:original', verdict: 'chosen', accuracy, predictedMs: 1 };
        return { feasible: true, warm: true, candidates: target === 'new' ? [] : [candidate] };
      },
      infer: async ({ objective }) => {
        requests.push(objective);
        return { variant: 'ridge:original', accuracy: fakeMeasurement(measured).accuracy };
      },
    });
    controller = await startFakeController(storage);
    const port = await router.listen('127.0.0.1', 0);
    addresses = ['--router', `127.0.0.1:${port}`, '--controller', controller.address];
    const x = Float32Array.from([0, 1, 4, 9]);
    await writeFile(folder.file('roots.onnx'), rootModel());
    await writeFile(folder.file('x.npz'), writeNpz({ x: floats([4, 1], [...x]), label: floats([4, 1], [0, 1, 2, 3]) }));
  });
  after(async () => {
    router.close();
    controller[Symbol.dispose]();
    await folder[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    requests = [];
    storage.tasks.length = 0;
    controller.list = undefined;
  });

  const run = (...argv: readonly string[]): ReturnType<typeof startProgram>['ended'] =>
    startProgram(...argv, ...addresses).ended;
  const floorOf = (maxRmse: number, of = scale): number => metricForms.rmse.toAccuracy(maxRmse, of);

  it('are translated by whatif and infer with the scale that the router knows', async () => {
    const whatIf = await run('whatif', 'ridge', '--max-rmse', '60');
    assert.equal(whatIf.code, 0, whatIf.stderr);
    assert.match(whatIf.stdout, /ridge:original .* rmse 53\.33 +\(/);
    const infer = await run('infer', '-t', 'ridge', '-i', `x=@${folder.file('x.npz')}`, '--max-rmse', '60');
    assert.match(infer.stdout, /^answered by ridge:original, rmse 53\.33 \(48\.73 to 58\.28\)$/m);
    assert.deepEqual(
      requests.map((objective) => objective?.minAccuracy),
      [undefined, floorOf(60), undefined, floorOf(60)],
    );
  });

  it('are rejected for tasks with another metric or without measurements', async () => {
    const { code, stderr } = await run('whatif', 'digits', '--max-rmse', '60');
    assert.equal(code, 1);
    assert.match(stderr, /--max-rmse is for .* metric rmse, but digits is measured by top1: pass --min-accuracy/);
    assert.match((await run('whatif', 'new', '--min-r2', '-0.5')).stderr, /no variant of new has a measured accuracy/);
    const several = await run('whatif', 'ridge', '--max-rmse', '60', '--min-accuracy', '0.5');
    assert.match(several.stderr, /--max-rmse and --min-accuracy exclude each other/);
    assert.match((await run('whatif', 'ridge', '--min-r2', '2')).stderr, /Expected a number of 1 or less/);
  });

  it('are translated by register with the labels of the validation set', async () => {
    const arguments_ = [folder.file('roots.onnx'), '--task', 'roots', '--validation', folder.file('x.npz'), '--detach'];
    for (const metric of [['--metric', 'rmse'], []]) {
      const { code, stderr } = await run('register', ...arguments_, ...metric, '--max-rmse', '2');
      assert.equal(code, 0, stderr);
      assert.deepEqual(
        storage.tasks.splice(0).map(({ metric, defaultObjective }) => [metric, defaultObjective?.minAccuracy]),
        [['rmse', floorOf(2, Math.sqrt(1.25))]],
      );
    }
    const other = await run('register', ...arguments_, '--metric', 'mae', '--max-rmse', '2');
    assert.match(other.stderr, /but roots is measured by mae: pass --max-mae/);
  });

  it('are translated by register with the measurements of an existing task, and shown by get tasks', async () => {
    const variants = [fakeVariant(measured)];
    const task = { ...fakeTask('roots'), metric: 'rmse' };
    controller.list = { tasks: [task], architectures: [{ name: 'ridge', task: 'roots', version: 1 }], variants };
    const { code, stderr } = await run(
      'register',
      folder.file('roots.onnx'),
      '--task',
      'roots',
      '--max-rmse',
      '60',
      '-d',
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      storage.tasks.map(({ defaultObjective }) => defaultObjective?.minAccuracy),
      [floorOf(60)],
    );
    controller.next = { when: 'before', error: new ParetoError('already-exists', 'min_accuracy is 0.5, not 0.6') };
    const other = await run('register', folder.file('roots.onnx'), '--task', 'roots', '--max-rmse', '60', '-d');
    assert.match(
      other.stderr,
      /min_accuracy is 0\.5, not 0\.6; the limit of the metric was translated into min_accuracy 0\.5714/,
    );
    const defaultObjective = { minAccuracy: 0.5 };
    controller.list = { ...controller.list, tasks: [{ ...task, defaultObjective }] };
    assert.match((await run('get', 'tasks')).stdout, /roots +rmse +rmse ≤ 80\.00/);
    assert.match((await run('get', 'models')).stdout, /ridge +roots +.*rmse 53\.33/);
    assert.match((await run('get', 'variants')).stdout, /ridge:original .*rmse 53\.33 +\(\d\d\.\d\d to \d\d\.\d\d\)/);
  });
});
