// Models that take much time or memory to read, or that ONNX Runtime would read differently.

import assert from 'node:assert/strict';
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
    controller = await startController(folder.path);
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

  /** Registers a model, and counts the calls that are answered until it is rejected. */
  async function register(content: Uint8Array): Promise<{ readonly error: string; readonly answered: number }> {
    const manifest = await uploadFile(controller, content);
    let error: string | undefined;
    const registering = controller.registry.registerArchitecture({ name: 'hostile', task: 'squares', manifest }).then(
      () => (error = ''),
      (rejection: unknown) => (error = String(rejection)),
    );
    let answered = 0;
    const isOpen = (): boolean => error === undefined;
    while (isOpen()) {
      await controller.registry.list({ task: '' });
      answered++;
    }
    await registering;
    return { error: error ?? '', answered };
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
    const small = await register(nodes(10));
    const large = await register(nodes(300_000));
    for (const { error } of [small, large]) assert.match(error, /it has no input/);
    assert.ok(large.answered > 5 * small.answered, `${large.answered} and ${small.answered}`);
  });

  it('is followed by others', async () => {
    assert.equal((await registerModel(controller, 'good')).name, 'good');
  });
});
