// Models that take much time or memory to read, or that ONNX Runtime would read differently.

import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { createTempFolder, matrixModel, type TempFolder } from '@pareto/testkit';
import { startController, type TestController } from '../support/start-controller.js';
import { registerModel, uploadFile } from '../support/upload-model.js';

/** Encodes field 7 of a model, its graph. */
function graphField(graph: Buffer): Buffer {
  const length = [0, 7, 14, 21].map((shift) => ((graph.length >> shift) & 0x7f) | (shift < 21 ? 0x80 : 0));
  return Buffer.concat([Buffer.from([0x3a, ...length]), graph]);
}
/** An IR version and an operator set. */
const start = Buffer.from([8, 8, 0x42, 2, 0x10, 13]);
/** A graph with this number of empty nodes, of two bytes each. */
const nodes = (count: number): Buffer =>
  Buffer.concat([start, graphField(Buffer.alloc(2 * count, Buffer.from([0x0a, 0])))]);

describe('a hostile model', function () {
  this.timeout(60_000);
  let folder: TempFolder;
  let controller: TestController;
  before(async () => {
    folder = await createTempFolder();
    // With processes of its own, as a service has.
    controller = await startController(folder.path, {}, { reader: undefined });
    await controller.registry.registerTask({
      name: 'squares',
      metric: '',
      validationDigest: '',
      defaultObjective: null,
    });
  });
  after(async () => {
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  /** Registers a model, and calls another method until it is rejected. Returns the longest of these calls. */
  async function register(
    content: Uint8Array,
  ): Promise<{ readonly error: string; readonly longestMs: number; readonly totalMs: number }> {
    const manifest = await uploadFile(controller, content);
    let error: string | undefined;
    const beganAt = systemClock.now();
    const registering = controller.registry.registerArchitecture({ name: 'hostile', task: 'squares', manifest }).then(
      () => (error = ''),
      (rejection: unknown) => (error = String(rejection)),
    );
    let longestMs = 0;
    const isOpen = (): boolean => error === undefined;
    while (isOpen()) {
      const calledAt = systemClock.now();
      await controller.registry.list({ task: '' });
      longestMs = Math.max(longestMs, systemClock.now() - calledAt);
    }
    await registering;
    return { error: error ?? '', longestMs, totalMs: systemClock.now() - beganAt };
  }

  it('is rejected if it has two graphs', async () => {
    const { error } = await register(Buffer.concat([matrixModel(8), graphField(Buffer.alloc(0))]));
    assert.match(error, /graph of ModelProto occurs more than once/);
  });

  it('is rejected if it has too many nodes', async () => {
    const { error } = await register(nodes(1_100_000));
    assert.match(error, /more than 1000000 messages/);
  });

  it('keeps no other call waiting while it is read', async () => {
    // The first one starts the process that reads models.
    await register(nodes(10));
    const { error, longestMs, totalMs } = await register(nodes(300_000));
    assert.match(error, /it has no input/);
    assert.ok(longestMs < totalMs / 2, `one call took ${longestMs} of ${totalMs} ms`);
  });

  it('is followed by others', async () => {
    assert.equal((await registerModel(controller, 'good')).name, 'good');
  });
});
