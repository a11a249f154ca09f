// Maps of probabilities as outputs, and the tensors that replace them.

import assert from 'node:assert/strict';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { floatsAttribute, intAttribute, intsAttribute, makeNode, makeValue } from '../../src/onnx/onnx-parts.js';
import { onnxTypes, type OnnxInt } from '../../src/onnx/onnx-tensor-data.js';
import {
  attributeTypes,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
} from '../../src/onnx/onnx.js';
import { removeZipMaps, type WithoutZipMaps } from '../../src/rewrite/remove-zip-maps.js';
import { makeModel, type ModelParts } from '../support/make-model.js';
import { floatInput, numbersOf, runModel } from '../support/run-model.js';

const { float, bool, int64, string } = onnxTypes;

const integers = (...ints: readonly OnnxInt[]): OnnxAttribute => ({ ...intsAttribute('classlabels_int64s', []), ints });
const texts = (...strings: readonly (string | Uint8Array)[]): OnnxAttribute => ({
  ...intsAttribute('classlabels_strings', []),
  type: attributeTypes.strings,
  ints: [],
  strings: strings.map((text) => (typeof text === 'string' ? Buffer.from(text) : text)),
});

const zipMap = (input: readonly string[], output: string, ...attribute: readonly OnnxAttribute[]): OnnxNode =>
  makeNode('ZipMap', input, [output], { name: 'ZipMap', domain: 'ai.onnx.ml', attribute });

/** Creates an output with maps. */
const maps = (name: string, keyType: number): OnnxValue => ({
  ...{ name, docString: '', metadataProps: [] },
  type: {
    denotation: '',
    sequenceType: {
      elemType: {
        denotation: '',
        mapType: { keyType, valueType: { denotation: '', tensorType: { elemType: float } } },
      },
    },
  },
});

const softmax = makeNode('Softmax', ['x'], ['scores']);
const [x, y, scores] = [makeValue('x', float, ['n', 3]), maps('y', int64), makeValue('scores', float, ['n', 3])];

function withMl(parts: ModelParts): OnnxModel {
  const model = makeModel(parts);
  return { ...model, opsetImport: [...model.opsetImport, { domain: 'ai.onnx.ml', version: 1 }] };
}

/** Returns a model of three scores and their maps. */
const classifier = (...attribute: readonly OnnxAttribute[]): OnnxModel =>
  withMl({ node: [softmax, zipMap(['scores'], 'y', ...attribute)], input: [x], output: [y] });

function removed(model: OnnxModel): WithoutZipMaps {
  const result = removeZipMaps(model);
  return 'reason' in result ? assert.fail(result.reason) : result;
}

describe('removing ZipMaps', () => {
  it('returns the tensor that enters one under the name of its maps, with the keys as labels', async () => {
    const given = withMl({
      node: [softmax, zipMap(['scores'], 'y', integers(4, -1, 9_007_199_254_740_993n))],
      input: [x],
      output: [y, scores],
    });
    const { model, labels } = removed(given);
    assert.deepEqual(labels, { y: ['4', '-1', '9007199254740993'] });
    const [values, entered, ...others] = await runModel(encodeOnnx(model), [
      floatInput('x', [2, 3], [1, 2, 3, -1, 0, 5]),
    ]);
    assert.deepEqual(values, { ...entered, name: 'y' });
    assert.deepEqual([values.shape, others], [[2, 3], []]);
  });

  it('declares the rows of the first input, and a column per key', () => {
    const { model, labels } = removed(classifier(texts('é', '', 'c d')));
    assert.deepEqual(labels, { y: ['é', '', 'c d'] });
    assert.deepEqual(model.graph.output, [makeValue('y', float, ['n', 3])]);
    const unnamed = { name: 'x', docString: '', metadataProps: [] };
    const { graph } = classifier(texts('a', 'b'));
    const unknown = removed({
      ...classifier(texts('a', 'b')),
      graph: { ...graph, node: graph.node.slice(1), input: [unnamed] },
    });
    assert.deepEqual(unknown.model.graph.output[0]?.type?.tensorType?.shape?.dim, [
      { denotation: '' },
      { denotation: '', dimValue: 2 },
    ]);
  });

  it('declares one dimension for the map of one item', async () => {
    const node = [makeNode('Softmax', ['x'], ['scores']), zipMap(['scores'], 'y', integers(0, 1, 2))];
    const { model } = removed(withMl({ node, input: [makeValue('x', float, [3])], output: [y] }));
    assert.deepEqual(model.graph.output, [makeValue('y', float, [3])]);
    const [values] = await runModel(encodeOnnx(model), [floatInput('x', [3], [1, 1, 1])]);
    assert.deepEqual(values?.shape, [3]);
  });

  it('runs a model without operators of ONNX itself', async () => {
    const linear = makeNode('LinearClassifier', ['x'], ['label', 'scores'], {
      domain: 'ai.onnx.ml',
      attribute: [
        floatsAttribute('coefficients', [1, 0, 0, 1]),
        floatsAttribute('intercepts', [0, 0.5]),
        integers(0, 1),
        intAttribute('multi_class', 0),
      ].map((one) => (one.name === 'classlabels_int64s' ? { ...one, name: 'classlabels_ints' } : one)),
    });
    const node = [linear, zipMap(['scores'], 'y', integers(0, 1))];
    const given = withMl({
      node,
      input: [makeValue('x', float, ['n', 2])],
      output: [makeValue('label', int64, ['n']), y],
    });
    const { model } = removed({ ...given, opsetImport: [{ domain: 'ai.onnx.ml', version: 1 }] });
    const [label, values] = await runModel(encodeOnnx(model), [floatInput('x', [1, 2], [1, 0.75])]);
    assert.deepEqual(
      [label, values].map((tensor) => tensor && numbersOf(tensor)),
      [[1], [1, 1.25]],
    );
  });

  it('leaves a model as it is whose outputs are tensors', () => {
    const unused = zipMap(['scores'], 'maps', integers(0, 1, 2));
    const given = withMl({ node: [softmax, unused], input: [x], output: [scores] });
    assert.deepEqual(removeZipMaps(given), { model: given, labels: {} });
    const foreign = { ...zipMap(['scores'], 'y'), domain: 'my.own' };
    const another = withMl({ node: [softmax, foreign], input: [x], output: [y] });
    assert.equal(removed(another).model, another);
  });

  const branch = makeModel({
    node: [zipMap(['x'], 'inner', integers(0, 1, 2))],
    input: [],
    output: [maps('inner', int64)],
  });
  const branches = ['then_branch', 'else_branch'].map((name) => ({
    ...intAttribute(name, 0),
    type: attributeTypes.graph,
    g: branch.graph,
  }));
  const refusals: readonly [string, OnnxModel, RegExp][] = [
    ['without keys', classifier(), /^the ZipMap of output "y" can't be replaced by a tensor: it has no keys$/],
    ['with keys of a wrong type', classifier(intAttribute('classlabels_int64s', 3)), /it has no keys/],
    ['with keys of two types', classifier(integers(0, 1, 2), texts('a', 'b', 'c')), /it has keys of two types/],
    ['with too few keys', classifier(integers(0, 1)), /it has 2 keys for 3 columns/],
    ['with a key that occurs twice', classifier(texts('a', 'b', 'a')), /a key occurs more than once/],
    ['with a key of two lines', classifier(texts('a', 'b', 'c\nd')), /a key has a line break/],
    ['with a key that is not UTF-8', classifier(texts('a', 'b', Uint8Array.of(0xff))), /a key is not UTF-8/],
    [
      'without an input',
      withMl({ node: [softmax, zipMap([], 'y', integers(0))], input: [x], output: [y] }),
      /it has 0 inputs, expected 1/,
    ],
    [
      'of a tensor with three dimensions',
      withMl({ node: [zipMap(['x'], 'y', integers(0))], input: [makeValue('x', float, ['n', 2, 3])], output: [y] }),
      /its input has 3 dimensions, expected 1 or 2/,
    ],
    [
      'whose maps are used by a node',
      withMl({
        node: [softmax, zipMap(['scores'], 'y', texts('a', 'b', 'c')), makeNode('Identity', ['y'], ['z'])],
        input: [x],
        output: [maps('y', string), maps('z', string)],
      }),
      /another node uses its maps/,
    ],
    [
      'in the branches of an If',
      withMl({
        node: [makeNode('If', ['c'], ['y'], { attribute: branches })],
        input: [x, makeValue('c', bool, [1])],
        output: [y],
      }),
      /the ZipMap of output "y" .*: it is in a nested graph or a function/,
    ],
  ];
  for (const [what, model, reason] of refusals) {
    it(`refuses one ${what}`, () => {
      const result = removeZipMaps(model);
      assert.match('reason' in result ? result.reason : 'replaced', reason);
    });
  }
});
