// Which models are upgraded because ONNX Runtime no longer runs their opset, and which cannot be.

import assert from 'node:assert/strict';
import {
  floatAttribute,
  floatTensor,
  intAttribute,
  makeNode,
  makeValue,
  stringAttribute,
} from '../../src/onnx/onnx-parts.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxModel } from '../../src/onnx/onnx.js';
import { outdatedOpset, upgradeOutdated } from '../../src/opset/upgrade-opset.js';
import { modelOf, reasonOf } from '../support/assert-similar.js';
import { makeModel } from '../support/make-model.js';
import { modelWith, type Given } from '../support/one-node-model.js';

const { float, bool } = onnxTypes;

const [broadcast, axis] = [intAttribute('broadcast', 1), intAttribute('axis', 1)];
const withWeights = (...attribute: readonly OnnxAttribute[]): Given => ({
  input: ['x', 'w'],
  initializer: [floatTensor('w', [3], [-1, 0.5, 2])],
  attribute,
});

describe('the upgrade of an outdated model', () => {
  it('reaches the branches of an If', () => {
    const branch = modelWith(6, 'Add', withWeights(broadcast)).graph;
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
      modelWith(6, 'BatchNormalization', { output: ['y', 'm', 'v'] }),
      /BatchNormalization is in training mode/,
    ],
    [
      'computed copies',
      modelWith(1, 'Tile', { input: ['x', 'x', 'x'] }),
      /from opset 1 to 7: Tile has copies or an axis that are computed/,
    ],
    [
      'a ConstantFill of integers',
      modelWith(6, 'ConstantFill', { attribute: [intAttribute('dtype', 7)] }),
      /ConstantFill creates/,
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
        node: [makeNode('Add', ['x', 'w'], ['y'], { attribute: [broadcast, axis] })],
        input: [makeValue('x', float), makeValue('w', float)],
        output: [makeValue('y', float)],
      }),
      /Add broadcasts by position, to a tensor whose number of dimensions is unknown/,
    ],
    [
      'a declared shape that the outputs would not have',
      {
        ...modelWith(6, 'Add', withWeights(broadcast, axis)),
        graph: {
          ...modelWith(6, 'Add', withWeights(broadcast, axis)).graph,
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
