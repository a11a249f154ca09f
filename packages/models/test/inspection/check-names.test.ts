import assert from 'node:assert/strict';
import { inspectGraph } from '../../src/index.js';
import { encodeMessage } from '../../src/onnx/onnx-wire.js';

const value = (name: string, dims = 1) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: Array.from({ length: dims }, () => ({ dimValue: 1 })) } } },
});
const weight = (name: string) => ({ name, dataType: 1, dims: [1], rawData: Buffer.alloc(4) });
const external = (location: string, ...more: readonly object[]) => ({
  ...{ name: 'w', dataType: 1, dims: [1], dataLocation: 1 },
  externalData: [{ key: 'location', value: location }, ...more],
});
const identity = { opType: 'Identity', input: ['x'], output: ['y'] };
const withAttribute = (...attribute: readonly object[]) => ({ ...identity, attribute });
const named = (name: string, content: object) => ({ name, ...content });

function inspect(graph: object, model: object = {}) {
  const whole = { node: [identity], input: [value('x')], output: [value('y')], ...graph };
  const opsetImport = [{ domain: '', version: 13 }];
  return inspectGraph(encodeMessage('onnx.ModelProto', { irVersion: 8, opsetImport, graph: whole, ...model }));
}
const withFunction = (own: object) => inspect({}, { functions: [{ name: 'f', domain: 'own', ...own }] });

describe('the names of a model', () => {
  const body = (graph: object) => ({ node: [withAttribute(named('body', { g: graph }))] });
  const repeated: readonly [string, () => unknown, RegExp][] = [
    ['inputs', () => inspect({ input: [value('x'), value('x')] }), /the input "x" more than once/],
    ['outputs', () => inspect({ output: [value('y'), value('y')] }), /the output "y" more than once/],
    ['initializers', () => inspect({ initializer: [weight('w'), weight('w')] }), /the initializer "w" more than once/],
    [
      'a sparse and a dense initializer',
      () => inspect({ initializer: [weight('w')], sparseInitializer: [{ values: weight('w') }] }),
      /the initializer "w"/,
    ],
    ['outputs of nodes', () => inspect({ node: [identity, identity] }), /the value "y" more than once/],
    ['a node and an initializer', () => inspect({ initializer: [weight('y')] }), /the value "y" more than once/],
    [
      'attributes',
      () => inspect({ node: [withAttribute(named('a', { i: 1 }), named('a', { i: 2 }))] }),
      /the attribute "a"/,
    ],
    [
      'initializers of a branch',
      () => inspect(body({ initializer: [weight('w'), weight('w')] })),
      /the initializer "w"/,
    ],
    [
      'functions',
      () => inspect({}, { functions: [1, 2].map(() => ({ name: 'f', domain: 'own' })) }),
      /the function "own:f:"/,
    ],
    [
      'attributes of a function',
      () => withFunction({ attribute: ['a'], attributeProto: [named('a', { i: 1 })] }),
      /the attribute "a"/,
    ],
    ['values in a function', () => withFunction({ input: ['y'], node: [identity] }), /the value "y" more than once/],
    [
      'initializers in an attribute of a function',
      () => withFunction({ attributeProto: [named('a', { g: { initializer: [weight('w'), weight('w')] } })] }),
      /the initializer "w"/,
    ],
    [
      'versions of an operator set',
      () =>
        inspect(
          {},
          {
            opsetImport: [
              { domain: '', version: 13 },
              { domain: 'ai.onnx', version: 14 },
            ],
          },
        ),
      /the operator set "" more than once/,
    ],
  ];
  for (const [what, given, message] of repeated) {
    it(`are rejected if they repeat ${what}`, () => assert.throws(given, { code: 'invalid-argument', message }));
  }

  it('may be those of an input and its default, and of optional outputs that are left out', () => {
    const optional = { ...identity, output: ['y', '', ''] };
    inspect({ node: [optional], input: [value('x'), value('w')], initializer: [weight('w')] });
    inspect({}, { opsetImport: [1, 2].map(() => ({ domain: '', version: 13 })) });
  });

  it('are bounded like those of a query', () => {
    const many = Array.from({ length: 1025 }, (_, index) => value(`y${index}`));
    assert.throws(() => inspect({ output: many }), /has more than 1024 inputs or outputs/);
    assert.throws(() => inspect({ input: [value('é'.repeat(513))] }), /name of more than 1024 bytes/);
    assert.throws(() => inspect({ input: [value('x', 33)] }), /input "x" has more than 32 dimensions/);
  });
});

describe('external data', () => {
  const tensors: readonly [string, (tensor: object) => unknown][] = [
    ['an initializer', (t) => inspect({ initializer: [t] })],
    ['a sparse initializer', (t) => inspect({ sparseInitializer: [{ values: weight('v'), indices: t }] })],
    ['an attribute', (t) => inspect({ node: [withAttribute(named('a', { t }))] })],
    ['a list of tensors', (t) => inspect({ node: [withAttribute(named('a', { tensors: [t] }))] })],
    ['a sparse attribute', (t) => inspect({ node: [withAttribute(named('a', { sparseTensor: { values: t } }))] })],
    ['a branch', (t) => inspect({ node: [withAttribute(named('a', { graphs: [{ initializer: [t] }] }))] })],
    ['a node of a function', (t) => withFunction({ node: [withAttribute(named('a', { t }))] })],
    ['an attribute of a function', (t) => withFunction({ attributeProto: [named('a', { t })] })],
    [
      'a branch in an attribute of a function',
      (t) => withFunction({ attributeProto: [named('a', { g: { initializer: [t] } })] }),
    ],
  ];
  for (const [where, place] of tensors) {
    it(`of ${where} is found`, () => {
      assert.deepEqual((place(external('parts/w.bin')) as ReturnType<typeof inspect>).externalFiles, ['parts/w.bin']);
      const error = { code: 'invalid-argument', message: /external data of "w" is at "\.\.\/secret": expected a path/ };
      assert.throws(() => place(external('../secret')), error);
    });
  }

  it('is rejected if readers could use different files', () => {
    const twice = external('w.bin', { key: 'location', value: '../secret' });
    assert.throws(() => inspect({ initializer: [twice] }), /external data of "w" has an entry more than once/);
    assert.throws(() => inspect({ initializer: [external('*/_ORT_MEM_ADDR_/*')] }), /is at an address in memory/);
  });

  it('and content in several fields are rejected', () => {
    const both = { ...weight('w'), int64Data: [1] };
    assert.throws(() => inspect({ initializer: [both] }), /tensor "w" has content in more than one field/);
    const huge = { name: 'w', dataType: 1, dims: [2 ** 40, 2 ** 40], dataLocation: 1 };
    assert.throws(() => inspect({ initializer: [huge] }), /tensor "w" has the dimensions \[.*\], which are too large/);
  });
});
