// Upgrades of single operators. Their outputs are compared with those of the same operators in later opsets.

import assert from 'node:assert/strict';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { opsetOf } from '../../src/onnx/onnx-graph.js';
import {
  floatAttribute,
  floatsAttribute,
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
  makeValue,
  stringAttribute,
} from '../../src/onnx/onnx-parts.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import { attributeTypes, type OnnxAttribute, type OnnxModel, type OnnxTensor } from '../../src/onnx/onnx.js';
import { outdatedOpset, upgradeOutdated } from '../../src/opset/upgrade-opset.js';
import { assertNear, modelOf } from '../support/assert-similar.js';
import { makeModel } from '../support/make-model.js';
import { modelWith, shape, type Given } from '../support/one-node-model.js';
import { floatInput, numbersOf, runModel } from '../support/run-model.js';

const { float, bool, int64 } = onnxTypes;

const [values, pads] = [floatTensor('w', [3], [-1, 0.5, 2]), [0, 0, 1, 2, 0, 0, 0, 1]];
const aligned = floatTensor('w', [3, 1, 1], [-1, 0.5, 2]);
const [broadcast, axis] = [intAttribute('broadcast', 1), (at: number) => intAttribute('axis', at)];
const withWeights = (attribute: readonly OnnxAttribute[] = [], w = values): Given => ({
  input: ['x', 'w'],
  initializer: [w],
  attribute,
});
const normalised = (attribute: readonly OnnxAttribute[]): Given => ({
  input: ['x', 's', 'b', 'm', 'v'],
  attribute,
  initializer: ['s', 'b', 'm', 'v'].map((name) => floatTensor(name, [3], [1, 2, 3])),
});

/** Each operator in an old form, and in that of opset 13. */
const cases: readonly [string, OnnxModel, OnnxModel][] = [
  ...['Add', 'Sub', 'Mul', 'Div'].map((op): [string, OnnxModel, OnnxModel] => [
    `${op} of channels`,
    modelWith(6, op, withWeights([broadcast, axis(1)])),
    modelWith(13, op, withWeights([], aligned)),
  ]),
  [
    'Add of the last dimension',
    modelWith(
      1,
      'Add',
      withWeights([broadcast, intsAttribute('consumed_inputs', [1, 0])], floatTensor('w', [4], [1, 2, 3, 4])),
    ),
    modelWith(13, 'Add', withWeights([], floatTensor('w', [4], [1, 2, 3, 4]))),
  ],
  [
    'Add with an axis from the end',
    modelWith(6, 'Add', withWeights([broadcast, axis(-3)])),
    modelWith(13, 'Add', withWeights([], aligned)),
  ],
  ...['Greater', 'Less'].map((op): [string, OnnxModel, OnnxModel] => [
    op,
    modelWith(1, op, { ...withWeights([broadcast, axis(1)]), type: bool }),
    modelWith(13, op, { ...withWeights([], aligned), type: bool }),
  ]),
  ['PRelu', modelWith(6, 'PRelu', withWeights()), modelWith(13, 'PRelu', withWeights([], aligned))],
  [
    'PRelu with one slope',
    modelWith(1, 'PRelu', withWeights([], floatTensor('w', [1], [0.1]))),
    modelWith(13, 'PRelu', withWeights([], floatTensor('w', [1], [0.1]))),
  ],
  [
    'BatchNormalization',
    modelWith(6, 'BatchNormalization', normalised([intAttribute('is_test', 1)])),
    modelWith(13, 'BatchNormalization', normalised([])),
  ],
  [
    'Dropout',
    modelWith(6, 'Dropout', { attribute: [floatAttribute('ratio', 0.5), intAttribute('is_test', 1)] }),
    modelWith(13, 'Dropout'),
  ],
  [
    'Upsample',
    modelWith(6, 'Upsample', { attribute: [floatAttribute('height_scale', 2), floatAttribute('width_scale', 3)] }),
    modelWith(7, 'Upsample', { attribute: [floatsAttribute('scales', [1, 1, 2, 3])] }),
  ],
  [
    'Upsample, bilinear',
    modelWith(1, 'Upsample', {
      attribute: [
        floatAttribute('height_scale', 2),
        floatAttribute('width_scale', 2),
        stringAttribute('mode', 'bilinear'),
      ],
    }),
    modelWith(7, 'Upsample', {
      attribute: [floatsAttribute('scales', [1, 1, 2, 2]), stringAttribute('mode', 'linear')],
    }),
  ],
  [
    'Concat',
    modelWith(3, 'Concat', { input: ['x', 'x'] }),
    modelWith(13, 'Concat', { input: ['x', 'x'], attribute: [axis(1)] }),
  ],
  [
    'Reshape',
    modelWith(4, 'Reshape', { attribute: [intsAttribute('shape', [0, -1])] }),
    modelWith(13, 'Reshape', { input: ['x', 's'], initializer: [int64Tensor('s', [0, -1])] }),
  ],
  [
    'Pad',
    modelWith(1, 'Pad', { attribute: [intsAttribute('paddings', pads), floatAttribute('value', 3)] }),
    modelWith(2, 'Pad', { attribute: [intsAttribute('pads', pads), floatAttribute('value', 3)] }),
  ],
  [
    'Split',
    modelWith(1, 'Split', {
      input: ['x', 'w'],
      output: ['y', 'z'],
      attribute: [axis(1)],
      initializer: [floatTensor('w', [2], [1, 2])],
    }),
    modelWith(2, 'Split', { output: ['y', 'z'], attribute: [axis(1), intsAttribute('split', [1, 2])] }),
  ],
  [
    'Tile',
    modelWith(1, 'Tile', {
      input: ['x', 't', 'a'],
      initializer: [floatTensor('t', [1], [3]), floatTensor('a', [1], [2])],
    }),
    modelWith(13, 'Tile', { input: ['x', 'r'], initializer: [int64Tensor('r', [1, 1, 3, 1])] }),
  ],
  [
    'Cast',
    modelWith(1, 'Cast', { attribute: [stringAttribute('to', 'INT64')], type: int64 }),
    modelWith(13, 'Cast', { attribute: [intAttribute('to', int64)], type: int64 }),
  ],
  ['Selu', modelWith(1, 'Selu'), modelWith(13, 'Selu')],
  ['GlobalLpPool', modelWith(1, 'GlobalLpPool', { attribute: [floatAttribute('p', 2)] }), modelWith(2, 'GlobalLpPool')],
  ...['Relu', 'Sigmoid', 'Exp', 'Clip', 'LeakyRelu'].map((op): [string, OnnxModel, OnnxModel] => [
    `${op} that overwrites its input`,
    modelWith(1, op, { attribute: [intsAttribute('consumed_inputs', [1])] }),
    modelWith(13, op),
  ]),
];

/** Returns a model with a recurrent layer of 2 units over 2 steps of 3 numbers. */
function recurrent(opset: number, op: string, gates: number, attribute: readonly OnnxAttribute[] = []): OnnxModel {
  const weights = (name: string, dims: readonly number[]): OnnxTensor =>
    floatTensor(
      name,
      dims,
      Array.from({ length: dims.reduce((a, b) => a * b) }, (_, index) => Math.cos(index)),
    );
  return makeModel({
    opset,
    node: [makeNode(op, ['x', 'w', 'r'], ['y', 'h'], { attribute: [intAttribute('hidden_size', 2), ...attribute] })],
    initializer: [weights('w', [1, 2 * gates, 3]), weights('r', [1, 2 * gates, 2])],
    input: [makeValue('x', float, [2, 16, 3])],
    output: [makeValue('y', float), makeValue('h', float)],
  });
}

describe('the upgrade of an operator', () => {
  const numbers = Array.from({ length: 96 }, (_, index) => Math.sin(index * 7));

  for (const [what, old, current] of cases) {
    it(`keeps the outputs of ${what}`, async () => {
      assert.equal(outdatedOpset(old), opsetOf(old));
      const inputs = [floatInput('x', shape, numbers)];
      const upgraded = modelOf(upgradeOutdated(old));
      assertNear(await runModel(encodeOnnx(upgraded), inputs), await runModel(encodeOnnx(current), inputs), what);
    });
  }

  for (const [op, gates] of [
    ['LSTM', 4],
    ['GRU', 3],
    ['RNN', 1],
  ] as const)
    it(`keeps the outputs of ${op}`, async () => {
      const [old, inputs] = [
        recurrent(1, op, gates, [intAttribute('output_sequence', 1)]),
        [floatInput('x', [2, 16, 3], numbers)],
      ];
      const upgraded = modelOf(upgradeOutdated(old));
      assertNear(
        await runModel(encodeOnnx(upgraded), inputs),
        await runModel(encodeOnnx(recurrent(13, op, gates)), inputs),
        op,
      );
    });

  it('corrects the case of activations', async () => {
    const attribute = (name: string): OnnxAttribute => ({
      ...intsAttribute('activations', []),
      type: attributeTypes.strings,
      strings: [Buffer.from(name)],
    });
    const inputs = [floatInput('x', [2, 16, 3], numbers)];
    const upgraded = encodeOnnx(modelOf(upgradeOutdated(recurrent(6, 'RNN', 1, [attribute('relu')]))));
    const current = encodeOnnx(recurrent(13, 'RNN', 1, [attribute('Relu')]));
    assertNear(await runModel(upgraded, inputs), await runModel(current, inputs), 'RNN');
  });

  it('replaces ConstantFill', async () => {
    const fill = (input: readonly string[], ...attribute: readonly OnnxAttribute[]): OnnxModel =>
      modelWith(6, 'ConstantFill', {
        input,
        attribute: [floatAttribute('value', 0.5), ...attribute],
        initializer: [int64Tensor('s', [2, 3])],
      });
    const asShape = intAttribute('input_as_shape', 1);
    for (const [model, expected] of [
      [fill(['s'], asShape), [2, 3]],
      [fill(['s'], asShape, intsAttribute('extra_shape', [4])), [2, 3, 4]],
      [fill(['x']), shape],
      [fill([], intsAttribute('shape', [5, 1])), [5, 1]],
    ] as const) {
      const upgraded = encodeOnnx(modelOf(upgradeOutdated(model)));
      const [y] = await runModel(upgraded, [floatInput('x', shape, numbers)]);
      assert.deepEqual(y?.shape, expected);
      assert.ok(numbersOf(y).every((number) => number === 0.5));
    }
  });
});
