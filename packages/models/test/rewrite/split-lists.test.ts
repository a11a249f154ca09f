// Lists of probabilities as outputs, and the outputs that replace them.

import assert from 'node:assert/strict';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { makeNode, makeValue } from '../../src/onnx/onnx-parts.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxModel, OnnxNode, OnnxValue } from '../../src/onnx/onnx.js';
import { splitLists } from '../../src/rewrite/split-lists.js';
import { makeModel } from '../support/make-model.js';
import { floatInput, numbersOf, runModel } from '../support/run-model.js';

const { float } = onnxTypes;
const x = makeValue('x', float, ['n', 3]);
const list: OnnxValue = {
  ...{ name: 'y', docString: '', metadataProps: [] },
  type: {
    denotation: '',
    sequenceType: { elemType: { denotation: '', tensorType: { elemType: float } } },
  },
};
const parts = [makeNode('Softmax', ['x'], ['a']), makeNode('Neg', ['x'], ['b'])];

function modelOf(node: readonly OnnxNode[], output: readonly OnnxValue[] = [list]): OnnxModel {
  const model = makeModel({ node, input: [x], output });
  return { ...model, opsetImport: [...model.opsetImport, { domain: 'ai.onnx.ml', version: 1 }] };
}

describe('splitting lists of tensors', () => {
  it('returns the tensors of a list under their own names', async () => {
    const split = splitLists(modelOf([...parts, makeNode('SequenceConstruct', ['a', 'b'], ['y'])]));
    assert.deepEqual(
      split.graph.output,
      ['a', 'b'].map((name) => makeValue(name, float, ['n', 3])),
    );
    const [a, b] = await runModel(encodeOnnx(split), [floatInput('x', [1, 3], [0, 0, 0])]);
    assert.deepEqual(
      [a, b].map((tensor) => [tensor?.name, tensor?.shape]),
      [
        ['a', [1, 3]],
        ['b', [1, 3]],
      ],
    );
    assert.deepEqual(numbersOf(b ?? assert.fail()).map(Math.abs), [0, 0, 0]);
  });

  it('leaves other models as they are', () => {
    const used = makeNode('SequenceLength', ['y'], ['length']);
    const construct = makeNode('SequenceConstruct', ['a', 'b'], ['y']);
    for (const model of [
      modelOf(parts, [makeValue('a', float, ['n', 3])]),
      modelOf([...parts, construct, used]),
      modelOf([...parts, makeNode('SequenceConstruct', ['a', 'a'], ['y'])]),
      modelOf([...parts, makeNode('SequenceConstruct', ['a', 'x'], ['y'])]),
      modelOf([...parts, makeNode('Shape', ['a'], ['d']), makeNode('SequenceConstruct', ['b', 'd'], ['y'])]),
      modelOf([...parts, construct], [makeValue('a', float, ['n', 3]), list]),
      makeModel({ node: [...parts, construct], input: [x], output: [list] }),
    ])
      assert.equal(splitLists(model), model);
  });
});
