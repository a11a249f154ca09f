import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { decodeOnnx, encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import { decodeMessage, encodeMessage } from '../../src/onnx/onnx-wire.js';
import type { OnnxAttribute, OnnxModel, OnnxTensor } from '../../src/onnx/onnx.js';
import { floatInput, runModel } from '../support/run-model.js';

const digits = fileURLToPath(new URL('../../../../examples/digits/models/', import.meta.url));

const record = <T>(of: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(of, { noNullPrototype: true });
/** Generates records in which each of the `optional` keys may be absent. */
const partly = (of: Readonly<Record<string, fc.Arbitrary<unknown>>>, ...optional: readonly string[]) =>
  fc.record(of, { noNullPrototype: true, requiredKeys: Object.keys(of).filter((key) => !optional.includes(key)) });

const text = fc.oneof(fc.constant(''), fc.string());
const content = fc.uint8Array({ maxLength: 9 }).map((array) => Buffer.from(array));
const dims = fc.array(fc.nat(3), { maxLength: 3 });
const wide = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));
const entries = fc.array(record({ key: text, value: text }), { maxLength: 2 });
const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 2 });

const tensor = record({
  name: text,
  dims,
  docString: text,
  metadataProps: entries,
  strings: list(content),
  external: entries,
}).chain(({ strings, external, ...common }) => {
  const none = { ...common, stringData: [], externalData: [], dataLocation: 0 };
  const length = common.dims.reduce((total, dim) => total * dim, 1);
  return fc.oneof(
    fc.constant({ ...none, dataType: onnxTypes.string, stringData: strings }),
    fc.constant({ ...none, dataType: onnxTypes.float, dataLocation: 1, externalData: external }),
    fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((raw) => ({ ...none, dataType: onnxTypes.int8, rawData: Buffer.from(raw) })),
  );
});
const dim = fc.oneof(
  record({ denotation: text }),
  record({ denotation: text, dimValue: fc.maxSafeNat() }),
  record({ denotation: text, dimParam: text }),
);
const tensorType = partly({ elemType: fc.nat(28), shape: record({ dim: list(dim) }) }, 'shape');
const type = fc.oneof(
  record({ denotation: text, tensorType }),
  record({ denotation: text, sequenceType: record({ elemType: record({ denotation: text, tensorType }) }) }),
  record({ denotation: text, mapType: record({ keyType: fc.nat(28) }) }),
  record({ denotation: text, opaqueType: record({ domain: text, name: text }) }),
);
const value = partly({ name: text, type, docString: text, metadataProps: entries }, 'type');
const sparse = partly({ values: tensor, indices: tensor, dims }, 'values', 'indices');
const float = fc.float({ noNaN: true });

const { graph } = fc.letrec<{ graph: object; node: object; attribute: object }>((tie) => ({
  attribute: partly(
    {
      ...{ name: text, type: fc.nat(14), refAttrName: text, docString: text, floats: list(float), ints: list(wide) },
      ...{ strings: list(content), tensors: list(tensor), typeProtos: list(type), sparseTensors: list(sparse) },
      graphs: fc.constant([]),
      ...{ f: float, i: wide, s: content, t: tensor, tp: type, sparseTensor: sparse },
      g: fc.oneof({ maxDepth: 1 }, fc.constant(undefined), tie('graph')),
    },
    ...['f', 'i', 's', 't', 'tp', 'sparseTensor'],
  ).map(({ g, ...attribute }) => (g === undefined ? attribute : { ...attribute, g })),
  node: record({
    ...{ name: text, opType: text, domain: text, overload: text, docString: text, metadataProps: entries },
    ...{
      input: list(text),
      output: list(text),
      attribute: list(tie('attribute')),
      deviceConfigurations: list(content),
    },
  }),
  graph: record({
    ...{ name: text, docString: text, metadataProps: entries, node: list(tie('node')), initializer: list(tensor) },
    ...{ input: list(value), output: list(value), valueInfo: list(value), sparseInitializer: list(sparse) },
    quantizationAnnotation: list(record({ tensorName: text, quantParameterTensorNames: entries })),
  }),
}));
const opset = record({ domain: text, version: fc.maxSafeNat() });
const model = partly(
  {
    ...{ irVersion: fc.integer({ min: 1, max: 20 }), modelVersion: wide, functions: fc.constant([]) },
    ...{ producerName: text, producerVersion: text, domain: text, docString: text, metadataProps: entries },
    ...{ opsetImport: fc.array(opset, { minLength: 1, maxLength: 2 }), graph },
    ...{ trainingInfo: list(content), configuration: list(content) },
  },
  'modelVersion',
);

describe('the ONNX codec', () => {
  it('decodes every model that it encodes', () =>
    fc.assert(
      fc.property(model, (given) => {
        assert.deepEqual(decodeOnnx(encodeOnnx(given as unknown as OnnxModel)), given);
      }),
    ));

  for (const name of ['mlp-tiny', 'cnn-small', 'cnn-medium']) {
    it(`preserves the outputs of ${name} bit by bit`, async () => {
      const original = await readFile(`${digits}${name}.onnx`);
      const again = encodeOnnx(decodeOnnx(original));
      assert.deepEqual(decodeOnnx(again), decodeOnnx(original));
      const image = Array.from({ length: 3 * 784 }, (_, index) => Math.sin(index));
      const inputs = [floatInput('image', [3, 1, 28, 28], image)];
      assert.deepEqual(await runModel(again, inputs), await runModel(original, inputs));
    });
  }

  it('does not copy weights', async () => {
    const content = await readFile(`${digits}mlp-small.onnx`);
    for (const { rawData } of decodeOnnx(content).graph.initializer) assert.equal(rawData?.buffer, content.buffer);
  });

  it('preserves 64-bit integers', () => {
    const ints = [2n ** 63n - 1n, -(2n ** 63n), 2 ** 53 - 1, 0, -1];
    const again = decodeMessage(
      'onnx.AttributeProto',
      encodeMessage('onnx.AttributeProto', { ints, i: 2n ** 63n - 1n }),
    );
    assert.deepEqual((again as OnnxAttribute).ints, ints);
    assert.equal((again as OnnxAttribute).i, 2n ** 63n - 1n);
  });

  const typed: readonly [string, object, ArrayBufferView][] = [
    ['floats', { dataType: 1, floatData: [raw(Float32Array.of(1.5, -2))] }, Float32Array.of(1.5, -2)],
    [
      'doubles',
      { dataType: 11, doubleData: [raw(Float64Array.of(1.1)), raw(Float64Array.of(2))] },
      Float64Array.of(1.1, 2),
    ],
    ['integers', { dataType: 6, int32Data: [-7, 2 ** 31 - 1] }, Int32Array.of(-7, 2 ** 31 - 1)],
    ['bytes', { dataType: 3, int32Data: [-7, 127] }, Int8Array.of(-7, 127)],
    ['halves', { dataType: 10, int32Data: [0x3c00, 0xfc00] }, Uint16Array.of(0x3c00, 0xfc00)],
    ['longs', { dataType: 7, int64Data: [-1, 2n ** 63n - 1n] }, BigInt64Array.of(-1n, 2n ** 63n - 1n)],
    ['unsigned integers', { dataType: 12, uint64Data: [0, 2 ** 32 - 1] }, Uint32Array.of(0, 2 ** 32 - 1)],
  ];
  for (const [what, given, expected] of typed) {
    it(`reads typed ${what} as raw content`, () => {
      const bytes = encodeMessage('onnx.TensorProto', { name: 'w', dims: [2], ...given });
      const { rawData } = decodeMessage('onnx.TensorProto', bytes) as OnnxTensor;
      assert.deepEqual(Buffer.from(rawData ?? []), raw(expected));
    });
  }

  it('rejects content that is shorter than its shape requires', () => {
    const short = encodeMessage('onnx.TensorProto', { name: 'w', dims: [2], dataType: 1, rawData: Buffer.alloc(4) });
    assert.throws(() => decodeMessage('onnx.TensorProto', short), /tensor "w" has 4 bytes, expected 8 for its shape/);
  });

  it('rejects negative dimensions, even if their product is the size of the content', () => {
    for (const given of [{ rawData: Buffer.alloc(8) }, { dataLocation: 1 }]) {
      const negative = encodeMessage('onnx.TensorProto', { name: 'w', dims: [-1, -2], dataType: 1, ...given });
      assert.throws(() => decodeMessage('onnx.TensorProto', negative), /tensor "w" has the dimensions \[-1,-2\]/);
    }
  });
});

function raw({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
