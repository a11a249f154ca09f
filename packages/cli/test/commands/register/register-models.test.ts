import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ParetoError } from '@pareto/core';
import { collectModel } from '../../../src/commands/register/collect-model.js';
import { withController } from '../../../src/connection/connect.js';
import {
  modelAt,
  registerModels,
  registerTask,
  type RegisterEvent,
} from '../../../src/commands/register/register-models.js';
import {
  createFakeStorage,
  startFakeController,
  type FakeController,
  type FakeStorage,
} from '../../support/fake-controller.js';
import { clock } from '../../support/clock.js';

const tiny = fileURLToPath(new URL('../../../../../examples/digits/models/mlp-tiny.onnx', import.meta.url));
const router = '127.0.0.1:9';
const registration = { task: 'digits', recipes: ['original'], keepDominated: false };

describe('registerTask and registerModels', () => {
  let folder: string;
  let storage: FakeStorage;
  let controllers: FakeController[];
  let events: RegisterEvent[];
  const options = {
    signal: new AbortController().signal,
    clock,
    onRepeat: () => undefined,
    onEvent: (event: RegisterEvent) => void events.push(event),
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pareto-register-'));
    storage = createFakeStorage();
    controllers = [await startFakeController(storage), await startFakeController(storage)];
    events = [];
  });
  afterEach(async () => {
    for (const controller of controllers) controller[Symbol.dispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const endpoints = (): { controller: string[]; router: string } => ({
    controller: controllers.map(({ address }) => address),
    router,
  });
  const first = (): FakeController => controllers[0] ?? assert.fail();
  const second = (): FakeController => controllers[1] ?? assert.fail();
  const sent = (): boolean[] => events.flatMap((event) => (event.kind === 'uploaded' ? [event.sent] : []));

  async function writeValidation(): Promise<{ readonly path: string; readonly content: Buffer; readonly id: string }> {
    const content = randomBytes(5 << 20);
    const path = join(folder, 'validation.npz');
    await writeFile(path, content);
    return { path, content, id: `sha256:${createHash('sha256').update(content).digest('hex')}` };
  }

  const register = (validation: string): Promise<void> =>
    withController(endpoints(), (clients) =>
      registerTask(clients, { name: 'digits', metric: 'top1', defaultObjective: null, validation }, options),
    );

  it('continue an upload at another controller after a failure, and upload nothing twice', async () => {
    const { path, content, id } = await writeValidation();
    first().closeAfterBytes = 2 << 20;
    await register(path);
    assert.deepEqual(storage.blobs.get(id), content);
    await register(path);
    assert.deepEqual(sent(), [true, false]);
    assert.deepEqual(storage.names, ['digits']);
  });

  it('follow the leader, and retry after a lost response or a concurrent change', async () => {
    first().leader = second().address;
    for (const [when, code] of [
      ['before', 'aborted'],
      ['after', 'unavailable'],
    ] as const) {
      second().next = { when, error: new ParetoError(code, 'for this once') };
      const registered = await withController(endpoints(), (clients) =>
        registerModels(clients, registration, [modelAt(tiny)], options),
      );
      assert.deepEqual(
        registered.map(({ name }) => name),
        ['mlp-tiny'],
      );
    }
    assert.deepEqual(storage.names, ['mlp-tiny']);
  });

  it('register the other models if one is rejected', async () => {
    const model = modelAt(tiny);
    await writeFile(join(folder, 'corrupted.onnx'), 'not a model');
    const models = [modelAt(join(folder, 'corrupted.onnx')), { ...model, name: 'bad' }, model];
    const registered = await withController(endpoints(), (clients) =>
      registerModels(clients, registration, models, options),
    );
    assert.deepEqual(
      registered.map(({ name }) => name),
      ['mlp-tiny'],
    );
    const refused = events.flatMap((event) => (event.kind === 'refused' ? [event.model] : []));
    assert.deepEqual(refused, ['corrupted', 'bad']);
  });

  it('reject a missing file and a file that is not a model', async () => {
    await assert.rejects(collectModel(join(folder, 'none.onnx')), /there is no file .*none.onnx/);
    await assert.rejects(collectModel(join(folder, 'model.pt')), /is not an .onnx file/);
  });

  it('advise what to do if no controller is reachable', async () => {
    await assert.rejects(
      withController({ controller: ['127.0.0.1:9', '127.0.0.1:10'], router }, async () => undefined),
      /no controller is reachable at 127.0.0.1:9 or 127.0.0.1:10: start one with 'pareto up'/,
    );
  });
});
