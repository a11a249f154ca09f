import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ParetoError } from '@pareto/core';
import { onnxType, writeModel, type Dim, type Graph } from '@pareto/testkit';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { inspectGraph, inspectModel } from '../../src/index.js';

const { float, int64 } = onnxType;
const digits = fileURLToPath(new URL('../../../../examples/digits/models/', import.meta.url));
const tabular = fileURLToPath(new URL('../../../../examples/tabular/models/', import.meta.url));

interface Given {
  readonly input?: readonly Dim[];
  readonly output?: readonly Dim[];
  readonly type?: number;
}

function identity({ input = ['batch', 4], output = input, type = float }: Given = {}): Graph {
  return {
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', type, dims: input }],
    outputs: [{ name: 'y', type, dims: output }],
  };
}

const inspect = (graph: Graph) => inspectGraph(writeModel(graph)).signature;

describe('inspectModel', () => {
  for (const name of ['mlp-tiny', 'cnn-large']) {
    it(`reads the signature of ${name}`, async () => {
      const { signature, externalFiles } = await inspectModel(`${digits}${name}.onnx`);
      assert.deepEqual(signature, {
        batched: true,
        inputs: [{ name: 'image', datatype: 'FP32', dims: [1, 28, 28] }],
        outputs: [{ name: 'logits', datatype: 'FP32', dims: [10] }],
      });
      assert.deepEqual(externalFiles, []);
    });
  }

  it('omits the batch from the dims, and returns -1 for other dynamic dimensions', () => {
    const signature = inspect(identity({ input: ['n', 'width', 3] }));
    assert.deepEqual([signature.batched, signature.inputs[0]?.dims], [true, [-1, 3]]);
  });

  const unbatched: readonly [string, Given][] = [
    ['its first dimension is fixed', { input: [1, 4] }],
    ['an output has none', { input: ['n', 4], output: [4] }],
    ['input and output name it differently', { input: ['n', 4], output: ['m', 4] }],
    ['an output is a scalar', { input: ['n'], output: [] }],
  ];
  for (const [why, given] of unbatched) {
    it(`finds no batch if ${why}`, () => assert.equal(inspect(identity(given)).batched, false));
  }

  it('does not return weights that are listed as inputs', () => {
    const graph = identity();
    const weight = { name: 'w', type: float, dims: [1] };
    const listed = {
      ...graph,
      inputs: [...graph.inputs, weight],
      initializers: [{ ...weight, raw: new Uint8Array(4) }],
    };
    assert.deepEqual(
      inspect(listed).inputs.map(({ name }) => name),
      ['x'],
    );
  });

  it('does not copy the weights of a large model', () => {
    const raw = new Uint8Array(100 * 2 ** 20);
    const content = writeModel({
      ...identity(),
      initializers: [{ name: 'w', type: float, dims: [raw.length / 4], raw }],
    });
    const before = process.memoryUsage.rss();
    inspectGraph(content);
    assert.ok(process.memoryUsage.rss() - before < 20 * 2 ** 20);
  });
});

describe('inspectModel returns', () => {
  it('the operators, weights and work of a convolutional network', async () => {
    const model = await inspectModel(`${digits}cnn-small.onnx`);
    assert.deepEqual(model.opsets, [{ domain: '', version: 17 }]);
    assert.deepEqual(model.inputs, [{ name: 'image', dims: ['batch', 1, 28, 28] }]);
    assert.deepEqual(model.outputs, [{ name: 'logits', dims: ['batch', 10] }]);
    assert.deepEqual(model.operators.slice(0, 2), [
      { name: 'Conv', count: 2 },
      { name: 'MaxPool', count: 2 },
    ]);
    assert.deepEqual([model.parameters, model.weightBytes, model.irVersion], [1906, 7624, 8]);
    // Six channels of 5x5 at 14x14, twelve of 3x3 over those at 7x7, and the final matrix.
    assert.equal(model.macsPerItem, 14 * 14 * 6 * 25 + 7 * 7 * 12 * 6 * 9 + 108 * 10);
  });

  it('the work of a perceptron, one multiplication per weight', async () => {
    const { macsPerItem } = await inspectModel(`${digits}mlp-tiny.onnx`);
    assert.equal(macsPerItem, 784 * 32 + 32 * 10);
  });

  it('a batch only if the first dimension has one name everywhere', () => {
    const batched = (given: Given) => inspectGraph(writeModel(identity(given))).signature.batched;
    assert.equal(batched({ input: ['n', 3] }), true);
    assert.equal(batched({ input: ['n', 3], output: ['m', 3] }), false);
    assert.equal(batched({ input: ['', 3], output: ['', 3] }), false);
  });

  it('the items per run of a batch that has to be verified: fixed at one size, or dynamic without one name', () => {
    const fixed = (given: Given) => inspectGraph(writeModel(identity(given))).fixedBatch;
    assert.equal(fixed({ input: ['n', 3], output: ['m', 3] }), 1);
    assert.equal(fixed({ input: ['', 3], output: ['', 3] }), 1);
    assert.equal(fixed({ input: ['n', 3], output: [1, 3] }), 1);
    assert.equal(fixed({ input: ['n', 3], output: [4, 3] }), undefined);
    assert.equal(fixed({ input: [4, 3] }), 4);
    assert.equal(fixed({ input: ['n', 3] }), undefined);
    assert.equal(fixed({ input: [4, 3], output: [3, 3] }), undefined);
    assert.equal(fixed({ input: [4], output: [] }), undefined);
  });

  it('the names of dynamic dimensions', () => {
    const { dynamicDims } = inspectGraph(writeModel(identity({ input: ['n', 3, 'width'], output: ['n', 'other'] })));
    assert.deepEqual(dynamicDims, ['n', 'width', 'other']);
  });

  it('the opset if ONNX Runtime no longer runs it', () => {
    const value = { name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [] } } } };
    const outdated = (opType: string, version: number) =>
      inspectGraph(modelWith(value, undefined, [{ opType, input: ['x', 'x'], output: ['y'] }], version)).outdatedOpset;
    assert.deepEqual([outdated('Add', 6), outdated('Add', 7), outdated('MatMul', 6)], [6, undefined, undefined]);
  });
  it('whether the items of a batch are computed apart', async () => {
    const { rows } = await inspectModel(`${digits}cnn-small.onnx`);
    assert.deepEqual(rows, { kind: 'apart' });
    const sum = { ...identity(), nodes: [{ op: 'CumSum', inputs: ['x', 'axis'], outputs: ['y'] }] };
    const axis = { name: 'axis', type: int64, dims: [], raw: new Uint8Array(8) };
    const mixed = inspectGraph(writeModel({ ...sum, initializers: [axis] }));
    assert.deepEqual(mixed.rows, { kind: 'mixes', reason: 'CumSum "y" runs over the batch' });
  });
  it('no work if the shapes do not determine it', () => {
    const { macsPerItem } = inspectGraph(
      writeModel({
        nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
        inputs: [{ name: 'x', type: float, dims: ['n', 'm', 4] }],
        outputs: [{ name: 'y', type: float, dims: ['n', 'm', 2] }],
        initializers: [{ name: 'w', type: float, dims: [4, 2], raw: new Uint8Array(32) }],
      }),
    );
    assert.equal(macsPerItem, undefined);
  });
});

describe('inspectModel on maps of probabilities', () => {
  it('returns the tensor in their place, their keys, and that registration rewrites the model', async () => {
    const { signature, labels, isRewritten, outdatedOpset, operators } = await inspectModel(
      `${tabular}decision-tree.onnx`,
    );
    assert.deepEqual(signature.outputs, [
      { name: 'output_label', datatype: 'INT64', dims: [-1] },
      { name: 'output_probability', datatype: 'FP32', dims: [-1, 3] },
    ]);
    assert.deepEqual([labels, isRewritten, outdatedOpset], [{ output_probability: ['0', '1', '2'] }, true, undefined]);
    assert.ok(operators.some(({ name }) => name === 'ai.onnx.ml:ZipMap'));
    assert.equal((await inspectModel(`${tabular}ridge.onnx`)).isRewritten, false);
  });
});

describe('inspectModel rejects', () => {
  const rejects = (graph: Graph | Uint8Array, why: RegExp): void => {
    const content = graph instanceof Uint8Array ? graph : writeModel(graph);
    assert.throws(
      () => inspectGraph(content),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'invalid-argument');
        assert.match(error.message, why);
        return true;
      },
    );
  };

  it('an empty file', () => rejects(new Uint8Array(0), /not an ONNX model/));
  it('text', () => rejects(Buffer.from('{"this": "is not a model"}'), /ONNX model/));
  it('a model that is cut short', async () => {
    const whole = await readFile(`${digits}mlp-small.onnx`);
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      rejects(whole.subarray(0, Math.floor(whole.length * share)), /corrupted or cut short|not an ONNX model/);
    }
  });
  for (const file of [`${digits}cnn-small.onnx`, `${tabular}logistic-regression.onnx`]) {
    it(`damaged models with a ParetoError: ${basename(file)}`, async () => {
      const whole = await readFile(file);
      const damage = fc.array(fc.tuple(fc.nat(Math.min(1500, whole.length - 1)), fc.nat(255)), {
        minLength: 1,
        maxLength: 6,
      });
      fc.assert(
        fc.property(damage, (bytes) => {
          const content = Buffer.from(whole);
          for (const [at, byte] of bytes) content[at] = byte;
          try {
            inspectGraph(content);
          } catch (error) {
            assert.ok(error instanceof ParetoError, String(error));
          }
        }),
      );
    });
  }
  it('an element type that the runtime does not support', () =>
    rejects(identity({ type: 16 }), /input "x" has ONNX element type 16 \(bfloat16\)/));
  it('a model without outputs', () => rejects({ ...identity(), outputs: [] }, /it has no output/));
  it('a model without inputs', () => rejects({ ...identity(), inputs: [] }, /it has no input/));
  it('sequences and values without a shape', () => {
    const type = (kind: object) => modelWith({ name: 'x', type: kind });
    rejects(type({ sequenceType: {} }), /input "x" is of sequence type, and only tensors are served/);
    rejects(type({ optionalType: {} }), /is of optional type/);
    rejects(type({ tensorType: { elemType: 1 } }), /input "x" has no shape/);
  });
  it('operators of a domain that ONNX Runtime does not include', () => {
    const value = { name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [] } } } };
    rejects(
      modelWith(value, undefined, [{ opType: 'Twice', domain: 'my.own', input: ['x'], output: ['x'] }]),
      /it has operators of the domain my.own \(Twice\), which ONNX Runtime does not include/,
    );
  });
  it('operators of training, which ONNX Runtime does not include', () => {
    const value = { name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [] } } } };
    const domain = 'ai.onnx.preview.training';
    rejects(
      modelWith(value, undefined, [{ opType: 'Gradient', domain, input: ['x'], output: ['x'] }]),
      /it has operators of the domain ai.onnx.preview.training \(Gradient\)/,
    );
  });
  it('an outdated opset with an operator that cannot be upgraded', () => {
    const value = { name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [] } } } };
    rejects(
      modelWith(value, undefined, [{ opType: 'ATen', input: ['x'], output: ['y'] }], 5),
      /it has opset 5, which ONNX Runtime no longer runs, and can't be upgraded: .* no operator ATen of opset 5; export it/,
    );
  });
  it('a change of case by a locale that hosts may lack', () => {
    const attributes = [
      { name: 'case_change_action', text: 'LOWER' },
      { name: 'locale', text: 'tr_TR' },
    ];
    const text = identity({ input: ['n'], type: onnxType.string });
    rejects(
      { ...text, nodes: [{ op: 'StringNormalizer', inputs: ['x'], outputs: ['y'], attributes }] },
      /can't be served: its StringNormalizer uses the locale "tr_TR", which hosts of workers may lack: export it/,
    );
  });
  it('external data outside the folder', () => {
    for (const path of ['../secret', '/etc/passwd', 'a/../../b', 'c:\\weights', '']) {
      rejects(
        modelWith({ name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [] } } } }, path),
        /external data of "w" is at/,
      );
    }
  });
  it('nothing if external data is inside the folder', () => {
    const content = modelWith(
      { name: 'x', type: { tensorType: { elemType: int64, shape: { dim: [] } } } },
      'parts/w.bin',
    );
    assert.deepEqual(inspectGraph(content).externalFiles, ['parts/w.bin']);
  });
});

/** Returns a model with one value as input and output, and weights in another file. */
function modelWith(value: object, externalPath?: string, node: readonly object[] = [], version = 13): Uint8Array {
  const root = protobuf.loadSync(fileURLToPath(new URL('../../proto/onnx.proto', import.meta.url)));
  const external = { name: 'w', dataLocation: 1, externalData: [{ key: 'location', value: externalPath ?? '' }] };
  const graph = { node, input: [value], output: [value], initializer: externalPath === undefined ? [] : [external] };
  const model = { irVersion: 8, opsetImport: [{ domain: '', version }], graph };
  const type = root.lookupType('onnx.ModelProto');
  return type.encode(type.fromObject(model)).finish();
}
