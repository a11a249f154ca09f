import assert from 'node:assert/strict';
import fc from 'fast-check';
import { intsAttribute } from '../../../src/onnx/onnx-parts.js';
import { hoistActivations } from '../../../src/generate/quantise/quantise-activations.js';
import { foldIntoConvolutions } from '../../../src/generate/quantise/quantise-folding.js';
import { assertSimilar, countOps } from '../../support/assert-similar.js';
import { convolutionsModel } from '../../support/convolutions-model.js';
import { createRandomGraph } from '../../support/random-graph.js';

const same = 0.999999;

describe('the simplification of a graph before it is quantised', () => {
  it('preserves outputs', () =>
    fc.assert(
      fc.asyncProperty(convolutionsModel(), async ({ model, inputs }) => {
        await assertSimilar(model, hoistActivations(foldIntoConvolutions(model)), inputs, same);
      }),
      { numRuns: 15 },
    )).timeout(60_000);

  it('folds a bias, a normalisation and a scale into the convolution before them', async () => {
    const graph = createRandomGraph(1);
    const from = graph.node('Conv', [graph.input('x', [2, 3, 5, 5]), graph.constant('w', [4, 3, 3, 3])], 'conv');
    const biased = graph.node('Add', [graph.constant('b', [1, 4, 1, 1]), from], 'biased');
    const statistics = ['gamma', 'beta', 'mean'].map((name) => graph.constant(name, [4]));
    const variance = graph.given('variance', [4], [0.5, 1, 2, 3]);
    const normal = graph.node('BatchNormalization', [biased, ...statistics, variance], 'normal');
    const model = graph.model(graph.node('Mul', [normal, graph.given('half', [], [0.5])], 'y'));
    const folded = foldIntoConvolutions(model);
    assert.deepEqual(
      folded.graph.node.map(({ opType, output }) => [opType, ...output]),
      [['Conv', 'y']],
    );
    assert.equal(folded.graph.initializer.length, 2);
    await assertSimilar(model, folded, graph.inputs, same);
  });

  const kept: readonly [string, readonly number[]][] = [
    ['along another dimension than the channels', [1, 1, 4, 1]],
    ['of every element', [1, 4, 4, 4]],
    ['with an additional dimension', [1, 1, 4, 1, 1]],
  ];
  for (const [what, dims] of kept) {
    it(`does not fold an addend ${what}`, () => {
      const graph = createRandomGraph(2);
      const from = graph.node('Conv', [graph.input('x', [2, 4, 4, 4]), graph.constant('w', [4, 4, 1, 1])], 'conv');
      const model = graph.model(graph.node('Add', [from, graph.constant('b', dims)], 'y'));
      assert.equal(foldIntoConvolutions(model), model);
    });
  }

  it('does not fold into a convolution with several consumers', () => {
    const graph = createRandomGraph(3);
    const from = graph.node('Conv', [graph.input('x', [2, 4, 4, 4]), graph.constant('w', [4, 4, 1, 1])], 'conv');
    const model = graph.model(graph.node('Add', [from, graph.constant('b', [1, 4, 1, 1])], 'y'), from);
    assert.equal(foldIntoConvolutions(model), model);
  });

  it('moves an activation before the pooling and reshaping that it follows', async () => {
    const graph = createRandomGraph(4);
    const attribute = [intsAttribute('kernel_shape', [2, 2])];
    const pooled = graph.node('MaxPool', [graph.input('x', [2, 4, 4, 4])], 'pooled', { attribute });
    const model = graph.model(graph.node('Relu', [graph.node('Flatten', [pooled], 'flat')], 'y'));
    const hoisted = hoistActivations(model);
    assert.deepEqual(
      hoisted.graph.node.map(({ opType }) => opType),
      ['Relu', 'MaxPool', 'Flatten'],
    );
    assert.equal(countOps(hoisted, 'Relu'), 1);
    await assertSimilar(model, hoisted, graph.inputs, same);
  });
});
