// Upgrades of models with opsets that ONNX Runtime no longer runs. Their outputs are compared with those that ONNX's
// backend tests expect, or with those of the same operators in opset 13.

import assert from 'node:assert/strict';
import type { TensorBytes } from '@pareto/testkit';
import { encodeOnnx } from '../../../src/onnx/onnx-codec.js';
import { opsetOf } from '../../../src/onnx/onnx-graph.js';
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
} from '../../../src/onnx/onnx-parts.js';
import { onnxTypes } from '../../../src/onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxModel, OnnxTensor } from '../../../src/onnx/onnx.js';
import { outdatedOpset, upgradeOpset, upgradeOutdated } from '../../../src/generate/opset/upgrade-opset.js';
import { prepare } from '../../../src/generate/rewrite/prepare.js';
import { modelOf, reasonOf } from '../../support/assert-similar.js';
import { readBackendTests, type BackendTest } from '../../support/backend-tests.js';
import { makeModel } from '../../support/make-model.js';
import { floatInput, numbersOf, runModel } from '../../support/run-model.js';

const { float, bool, int64 } = onnxTypes;

function assertNear(got: readonly TensorBytes[], expected: readonly TensorBytes[], what: string): void {
  assert.deepEqual(
    got.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    expected.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    what,
  );
  for (const [index, tensor] of expected.entries()) {
    const [numbers, own] = [numbersOf(tensor), got[index]];
    const others = own === undefined ? [] : numbersOf(own);
    const isNear = numbers.every((number, at) => {
      const other = others[at] ?? 0;
      return Object.is(number, other) || Math.abs(number - other) <= 1e-4 + 1e-3 * Math.abs(number);
    });
    assert.ok(
      isNear,
      `${what}: ${tensor.name} is [${others.slice(0, 5).join()} …], expected [${numbers.slice(0, 5).join()} …]`,
    );
  }
}

describe("ONNX's backend tests of opset 6", function () {
  this.timeout(120_000);
  let tests: readonly BackendTest[] = [];
  before(async function () {
    const found = await readBackendTests('pytorch-converted', 'pytorch-operator');
    if (found.kind === 'missing') {
      Object.assign(this.test?.parent ?? {}, { skipReason: found.reason });
      return this.skip();
    }
    tests = found.tests.filter(({ model }) => opsetOf(model) === 6);
  });

  it('cannot be loaded if they are outdated, and have the expected outputs after an upgrade', async () => {
    const outdated = tests.filter(({ model }) => outdatedOpset(model) !== undefined);
    assert.equal(outdated.length, 34);
    for (const { name, content, model, inputs, outputs } of outdated) {
      await assert.rejects(runModel(content, inputs), /Could not find an implementation/, name);
      const upgraded = modelOf(upgradeOutdated(prepare(model)));
      assert.equal(opsetOf(upgraded), 7);
      assertNear(await runModel(encodeOnnx(upgraded), inputs), outputs, name);
    }
  });

  it('are run as they are otherwise', async () => {
    const others = tests.filter(({ model }) => outdatedOpset(model) === undefined);
    assert.equal(others.length, 81);
    for (const { name, content, inputs, outputs } of others) assertNear(await runModel(content, inputs), outputs, name);
  });

  it('have the expected outputs after an upgrade to the opset of the generators', async () => {
    for (const { name, model, inputs, outputs } of tests) {
      const upgraded = modelOf(upgradeOpset(prepare(model)));
      assertNear(await runModel(encodeOnnx(upgraded), inputs), outputs, name);
    }
  });
});

interface Given {
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly OnnxAttribute[];
  readonly initializer?: readonly OnnxTensor[];
  /** Element type of the outputs. */
  readonly type?: number;
}

const shape = [2, 3, 4, 4];

/** Returns a model with one node, from `x` to `y`. */
function modelWith(opset: number, op: string, given: Given = {}): OnnxModel {
  const { input = ['x'], output = ['y'], attribute = [], initializer = [], type = float } = given;
  return makeModel({
    opset,
    node: [makeNode(op, input, output, { attribute })],
    initializer,
    input: [makeValue('x', float, shape)],
    output: output.filter((name) => name !== '').map((name) => makeValue(name, type)),
  });
}

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

describe('the upgrade of an outdated model', () => {
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

  it('reaches the branches of an If', () => {
    const branch = modelWith(6, 'Add', withWeights([broadcast])).graph;
    const model = makeModel({
      opset: 6,
      node: [
        makeNode('If', ['c'], ['y'], {
          attribute: ['then_branch', 'else_branch'].map((name) => ({ ...intAttribute(name, 0), type: 5, g: branch })),
        }),
      ],
      input: [makeValue('c', bool, [1])],
      output: [makeValue('y', float)],
    });
    assert.equal(outdatedOpset(model), 6);
    const inner = modelOf(upgradeOutdated(model)).graph.node[0]?.attribute[0]?.g?.node[0];
    assert.deepEqual(inner?.attribute, []);
  });

  it('is not needed for operators that ONNX Runtime runs in their old form', () => {
    for (const [opset, op] of [
      [6, 'Relu'],
      [5, 'Reshape'],
      [1, 'Softmax'],
      [7, 'Add'],
    ] as const)
      assert.equal(outdatedOpset(modelWith(opset, op)), undefined, op);
  });

  const declines: readonly [string, OnnxModel, RegExp][] = [
    ['an operator that was removed', modelWith(5, 'ATen'), /^ONNX Runtime has no operator ATen of opset 5$/],
    [
      'training',
      modelWith(6, 'BatchNormalization', { ...normalised([]), output: ['y', 'm2', 'v2'] }),
      /BatchNormalization is in training mode/,
    ],
    [
      'computed copies',
      modelWith(1, 'Tile', { input: ['x', 'x', 'x'] }),
      /from opset 1 to 7: Tile has copies or an axis that are computed/,
    ],
    [
      'a fractional exponent',
      modelWith(1, 'LpPool', { attribute: [floatAttribute('p', 1.5)] }),
      /LpPool has the exponent 1.5/,
    ],
    ['a Split without an axis', modelWith(1, 'Split', { output: ['y', 'z'] }), /Split has no axis/],
    [
      'a cast to an unknown type',
      modelWith(1, 'Cast', { attribute: [stringAttribute('to', 'WORD')] }),
      /Cast converts to "word"/,
    ],
    [
      'broadcasting by position without a known shape',
      makeModel({
        opset: 6,
        node: [makeNode('Add', ['x', 'w'], ['y'], { attribute: [broadcast, axis(1)] })],
        input: [makeValue('x', float), makeValue('w', float)],
        output: [makeValue('y', float)],
      }),
      /Add broadcasts by position, to a tensor whose number of dimensions is unknown/,
    ],
    [
      'a declared shape that the outputs would not have',
      {
        ...modelWith(6, 'Add', withWeights([broadcast, axis(1)])),
        graph: {
          ...modelWith(6, 'Add', withWeights([broadcast, axis(1)])).graph,
          output: [makeValue('y', float, [2, 3, 4, 5])],
        },
      },
      /its output "y" would have the shape \[2, 3, 4, 4\]/,
    ],
  ];
  for (const [what, model, why] of declines)
    it(`declines ${what}`, () => {
      assert.match(reasonOf(upgradeOutdated(model)), why);
    });
});
