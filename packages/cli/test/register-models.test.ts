import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ParetoError } from '@pareto/core';
import { createServer, type RpcServer, type ServiceHandlers, type wire } from '@pareto/rpc';
import { collectModel } from '../src/collect-model.js';
import { withController } from '../src/connect.js';
import {
  measuringProgress,
  modelAt,
  registerModels,
  registerTask,
  type RegisterEvent,
} from '../src/register-models.js';

/** A controller that keeps blobs in memory, and loses the connection after so many bytes of an upload. */
function createFakeController(): { server: RpcServer; blobs: Map<string, Buffer>; loseAfter: number } {
  const server = createServer();
  const state = { server, blobs: new Map<string, Buffer>(), loseAfter: Infinity };
  const sizes = new Map<string, number>();
  const blobs: ServiceHandlers<'pareto.v1.Blobs'> = {
    stat: async ({ digest }) => {
      const receivedBytes = state.blobs.get(digest)?.length ?? 0;
      return { complete: receivedBytes > 0 && receivedBytes === sizes.get(digest), receivedBytes };
    },
    upload: async (messages) => {
      let key = '';
      for await (const { digest, sizeBytes, offset, data } of messages) {
        if (key === '') sizes.set((key = digest), sizeBytes);
        const held = state.blobs.get(key) ?? Buffer.alloc(0);
        assert.equal(offset, held.length);
        state.blobs.set(key, Buffer.concat([held, data]));
        if (held.length + data.length >= state.loseAfter) throw new ParetoError('unavailable', 'lost');
      }
      return { digest: key, sizeBytes: sizes.get(key) ?? 0 };
    },
  };
  const registry: ServiceHandlers<'pareto.v1.Registry'> = {
    registerTask: async ({ name, metric, validationDigest }) => ({ name, metric, validationDigest }),
    registerArchitecture: async ({ name, task, manifest }) => {
      if (name === 'bad') throw new ParetoError('invalid-argument', 'no such operator');
      return { name, task, version: 1, manifest };
    },
  };
  server.add('pareto.v1.Blobs', blobs);
  server.add('pareto.v1.Registry', registry);
  return state;
}

describe('registering', () => {
  let folder: string;
  let controller: ReturnType<typeof createFakeController>;
  let address: string;
  let events: RegisterEvent[];
  const options = { signal: new AbortController().signal, onEvent: (event: RegisterEvent) => void events.push(event) };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pareto-register-'));
    controller = createFakeController();
    address = `127.0.0.1:${await controller.server.listen('127.0.0.1', 0)}`;
    events = [];
  });
  afterEach(async () => {
    controller.server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const sent = (): boolean[] => events.flatMap((event) => (event.kind === 'uploaded' ? [event.sent] : []));

  it('goes on where an upload was interrupted, and sends nothing twice', async () => {
    const content = randomBytes(5 << 20);
    const validation = join(folder, 'validation.npz');
    await writeFile(validation, content);
    const task = { name: 'digits', metric: 'top1', defaultObjective: null, validation };
    const register = (): Promise<void> => withController(address, (clients) => registerTask(clients, task, options));
    controller.loseAfter = 2 << 20;
    await assert.rejects(register(), { code: 'unavailable' });
    controller.loseAfter = Infinity;
    await register();
    await register();
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    assert.deepEqual(controller.blobs.get(digest), content);
    assert.deepEqual(sent(), [true, false]);
  });

  it('registers the rest when one model is refused', async () => {
    const model = modelAt(fileURLToPath(new URL('../../../examples/digits/models/mlp-tiny.onnx', import.meta.url)));
    await writeFile(join(folder, 'corrupted.onnx'), 'not a model');
    const models = [modelAt(join(folder, 'corrupted.onnx')), { ...model, name: 'bad' }, model];
    const registered = await withController(address, (clients) => registerModels(clients, 'digits', models, options));
    assert.deepEqual(
      registered.map(({ name }) => name),
      ['mlp-tiny'],
    );
    const refused = events.flatMap((event) => (event.kind === 'refused' ? [event.model] : []));
    assert.deepEqual(refused, ['corrupted', 'bad']);
  });

  it('says which file is missing, or is no model', async () => {
    await assert.rejects(collectModel(join(folder, 'none.onnx')), /there is no file .*none.onnx/);
    await assert.rejects(collectModel(join(folder, 'model.pt')), /is not an .onnx file/);
  });

  it('says what to do when no controller answers', async () => {
    await assert.rejects(
      withController('127.0.0.1:9', async () => undefined),
      /no controller answers at 127.0.0.1:9: start one with 'pareto up'/,
    );
  });
});

describe('measuringProgress', () => {
  const architecture = { name: 'a', version: 2 } as wire.Architecture;
  const worker = (connected: boolean, id: string): wire.Worker =>
    ({ connected, workerId: id, measuring: '', slotGroups: [{ hardwareClass: { id } }] }) as unknown as wire.Worker;
  const variant = (version: number, ...classes: string[]): wire.Variant =>
    ({
      ...{ name: 'a:original', architecture: 'a', version },
      measurements: classes.map((hardwareClass) => ({ hardwareClass })),
    }) as unknown as wire.Variant;

  it('is done when every class that is connected has measured the versions registered', () => {
    const done = (variants: wire.Variant[], workers: wire.Worker[]): boolean =>
      measuringProgress(variants, [architecture], workers).done;
    const workers = [worker(true, 'cpu'), worker(true, 'gpu'), worker(false, 'tpu')];
    assert.equal(done([variant(2, 'cpu', 'gpu')], workers), true);
    assert.equal(done([variant(2, 'cpu')], workers), false);
    assert.equal(done([variant(1, 'cpu', 'gpu'), variant(2)], workers), false);
    assert.equal(done([variant(2)], []), false);
  });
});
