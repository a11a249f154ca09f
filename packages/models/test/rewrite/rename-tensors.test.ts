import assert from 'node:assert/strict';
import { onnxType, writeModel } from '@pareto/testkit';
import { inspectGraph } from '../../src/inspection/inspect.js';
import { renameTensors } from '../../src/rewrite/rename-tensors.js';
import { floatInput, numbersOf, runModel } from '../support/run-model.js';

const value = (name: string) => ({ name, type: onnxType.float, dims: ['n', 2] });
/** Computes `difference` = `a` - `b` by the inner tensor `label`, and `a` or `b` by two nested graphs, which use both from outside. */
const content = writeModel({
  nodes: [
    { op: 'Sub', inputs: ['a', 'b'], outputs: ['label'] },
    { op: 'Identity', inputs: ['label'], outputs: ['difference'] },
    {
      op: 'If',
      inputs: ['yes'],
      outputs: ['chosen'],
      attributes: [
        { name: 'then_branch', graph: branch('a', 'then') },
        { name: 'else_branch', graph: branch('b', 'else') },
      ],
    },
  ],
  inputs: [value('a'), value('b')],
  outputs: [value('difference'), value('chosen')],
  initializers: [{ name: 'yes', type: onnxType.bool, dims: [], raw: Uint8Array.of(1) }],
});

function branch(from: string, to: string) {
  return { nodes: [{ op: 'Identity', inputs: [from], outputs: [to] }], inputs: [], outputs: [value(to)] };
}

describe('renameTensors', () => {
  const renamed = (names: Readonly<Record<string, string>>) => renameTensors(content, new Map(Object.entries(names)));

  it('renames inputs and outputs in nested graphs too, and moves other tensors of these names', async () => {
    const model = renamed({ a: 'b', b: 'a', difference: 'label', chosen: 'then' });
    const { signature } = inspectGraph(model);
    assert.deepEqual(
      [signature.inputs, signature.outputs].map((specs) => specs.map(({ name }) => name)),
      [
        ['b', 'a'],
        ['label', 'then'],
      ],
    );
    const outputs = await runModel(model, [floatInput('b', [1, 2], [5, 7]), floatInput('a', [1, 2], [1, 2])]);
    assert.deepEqual(
      outputs.map((output) => [output.name, [...numbersOf(output)]]),
      [
        ['label', [4, 5]],
        ['then', [5, 7]],
      ],
    );
  });

  it('returns equal bytes for equal models and names', () => {
    assert.deepEqual(renamed({ a: 'X' }), renamed({ a: 'X' }));
  });

  it('rejects an unknown name, and two tensors of one name', () => {
    for (const [names, why] of [
      [{ label: 'X' }, /can't be renamed: it has no "label", but "a", "b", "difference", "chosen"$/],
      [{ a: 'b' }, /two of its inputs and outputs would be "b"$/],
      [{ a: 'X', b: 'X' }, /would be "X"$/],
      [{ a: 'chosen' }, /would be "chosen"$/],
    ] as const)
      assert.throws(() => renamed(names), { code: 'invalid-argument', message: why });
  });
});
