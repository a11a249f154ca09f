import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { decodeOnnx, encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';
import { isOp } from '../../src/onnx/onnx-graph.js';
import { floatTensor, intsAttribute, makeNode, makeValue, tensorAttribute } from '../../src/onnx/onnx-parts.js';
import { mapped } from '../../src/generate/mapped.js';
import { readModel } from '../../src/files/read-model.js';
import { writeModel } from '../../src/files/write-model.js';
import { floatInput, runModel } from '../support/run-model.js';
import { makeModel } from '../support/make-model.js';
import { dense } from '../support/random-models.js';

describe('the mapped generator', function () {
  this.timeout(30_000);
  let temp: TempFolder;
  let count = 0;
  before(async () => (temp = await createTempFolder()));
  after(() => temp[Symbol.asyncDispose]());

  async function write(model: OnnxModel): Promise<string> {
    const folder = temp.file(String(count++));
    await mkdir(folder);
    await writeModel(model, folder);
    return folder;
  }

  function rewritten(model: OnnxModel): OnnxModel {
    const rewrite = mapped.rewrite(model, new Map());
    if (rewrite.kind === 'declined') throw new Error(rewrite.reason);
    return rewrite.model;
  }

  /** Returns a model of more than 1 MB. */
  const large = (seed: number, width = 500): OnnxModel => dense(seed, 'batch', [width, 600, 10]).model;

  it('preserves outputs bit by bit', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 450, max: 550 }), async (seed, width) => {
        const model = large(seed, width);
        const inputs = [
          floatInput(
            'x',
            [2, width],
            Array.from({ length: 2 * width }, (_, index) => Math.sin(index)),
          ),
        ];
        const made = await runModel(join(await write(rewritten(model)), 'model.onnx'), inputs);
        assert.deepEqual(made, await runModel(encodeOnnx(model), inputs));
      }),
      { numRuns: 3 },
    ));

  it('aligns tensors of 1 KiB or more to pages, and leaves others in the graph', async () => {
    const folder = await write(rewritten(large(1)));
    const { graph } = decodeOnnx(await readFile(join(folder, 'model.onnx')));
    const outside = graph.initializer.filter(({ dataLocation }) => dataLocation === 1);
    assert.deepEqual(
      outside.map(({ name }) => name),
      ['w0', 'b0', 'w1'],
    );
    for (const { externalData } of outside) {
      const entries = Object.fromEntries(externalData.map(({ key, value }) => [key, value]));
      assert.equal(entries['location'], 'weights.bin');
      assert.equal(Number(entries['offset']) % 4096, 0);
    }
    assert.ok((await readFile(join(folder, 'model.onnx'))).length < 2000);
  });

  it('converts large constants to initializers', () => {
    const value = floatTensor('', [300_000], new Float32Array(300_000));
    const model = makeModel({
      node: [
        makeNode('Constant', [], ['c'], { attribute: [tensorAttribute('value', value)] }),
        makeNode('Add', ['x', 'c'], ['y']),
      ],
      input: [makeValue('x', onnxTypes.float, [1])],
      output: [makeValue('y', onnxTypes.float, [300_000])],
    });
    const { node, initializer } = rewritten(model).graph;
    assert.deepEqual([node.some((one) => isOp(one, 'Constant')), initializer.map(({ name }) => name)], [false, ['c']]);
  });

  it('declines small models and weights in branches', () => {
    const reason = (model: OnnxModel) => {
      const rewrite = mapped.rewrite(model, new Map());
      return rewrite.kind === 'declined' ? rewrite.reason : '';
    };
    assert.equal(reason(dense(1, 1).model), 'its weights take 0.0 MB: mapping gains nothing below 1 MB');
    const branch = { ...intsAttribute('then_branch', []), type: 5, g: large(1).graph };
    const model = makeModel({ node: [makeNode('If', ['c'], ['y'], { attribute: [branch] })], input: [], output: [] });
    assert.match(reason(model), /branches and loops/);
  });

  it('writes a model that is read back unchanged', async () => {
    const model = rewritten(large(2));
    const again = await readModel(join(await write(model), 'model.onnx'));
    const initializer = model.graph.initializer.map((tensor) => ({
      ...tensor,
      dataLocation: 0,
      rawData: Buffer.from(tensor.rawData ?? []),
    }));
    assert.deepEqual(
      again.graph.initializer.map((tensor) => ({ ...tensor, rawData: Buffer.from(tensor.rawData ?? []) })),
      initializer,
    );
    assert.deepEqual(again.graph.node, model.graph.node);
  });

  it('writes a model that is rejected if its weights are missing or elsewhere', async () => {
    const model = rewritten(large(3));
    const folder = await write(model);
    const elsewhere = (location: string, length: string): OnnxModel => ({
      ...model,
      graph: {
        ...model.graph,
        initializer: model.graph.initializer.map(({ rawData: _, ...tensor }) => ({
          ...tensor,
          dataLocation: 1,
          externalData: Object.entries({ location, offset: '0', length }).map(([key, value]) => ({ key, value })),
        })),
      },
    });
    const graph = join(folder, 'model.onnx');
    const rejects = async (location: string, length: string, why: RegExp) => {
      await writeFile(graph, encodeOnnx(elsewhere(location, length)));
      await assert.rejects(readModel(graph), why);
    };
    await rejects('none.bin', '1200000', /none.bin can't be read/);
    await rejects('../weights.bin', '1200000', /expected a path inside the model's folder/);
    await rejects('weights.bin', '17', /tensor "w0" needs 1200000 bytes at offset 0/);
  });
});
