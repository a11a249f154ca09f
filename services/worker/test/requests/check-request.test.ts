import assert from 'node:assert/strict';
import { type DataType, type VariantSpec } from '@pareto/core';
import {
  encodeInferRequest,
  encodeInferResponse,
  noParameters,
  payloadOf,
  scanInferRequest,
  type ParameterInput,
  type RequestedOutput,
  type ScannedRequest,
} from '@pareto/protocol';
import { buildVariantSpec } from '@pareto/testkit';
import { checkRequest } from '../../src/requests/check-request.js';

const specOf = (datatype: DataType, dims: readonly number[], batched = true): VariantSpec =>
  buildVariantSpec({
    signature: {
      inputs: [{ name: 'x', datatype, dims }],
      outputs: [{ name: 'y', datatype, dims }],
      batched,
    },
    maxBatchSize: batched ? 8 : 0,
  });

const request = (datatype: DataType, shape: readonly number[], raw: Uint8Array): ScannedRequest => ({
  modelName: 'a',
  modelVersion: '',
  id: '',
  ...noParameters,
  inputs: [{ name: 'x', datatype, shape, contents: undefined, parameters: new Map() }],
  outputs: [],
  raw: [[Buffer.from(raw)]],
  head: undefined,
});

/**
 * Encodes typed contents as a client does, by means of a response, whose outputs have the form of a request's inputs.
 */
function typedContents(datatype: DataType, shape: readonly number[], raw: Buffer): Buffer | undefined {
  const outputs = [{ name: 'x', datatype, shape, raw }];
  const payload = encodeInferResponse({ modelName: 'a', modelVersion: '', id: '', parameters: [], outputs }, true);
  return scanInferRequest(payload).inputs[0]?.contents;
}

const invalid = (message: RegExp): object => ({ code: 'invalid-argument', message });

describe('checkRequest', () => {
  it('returns raw contents without a copy', () => {
    const raw = Buffer.from(Float32Array.of(1, 2).buffer);
    const slices = [raw.subarray(0, 3), raw.subarray(3)];
    const given = { ...request('FP32', [2, 1], raw), raw: [slices] };
    const query = checkRequest(given, specOf('FP32', [1]));
    assert.equal(query.items, 2);
    assert.equal(query.bytes, 8);
    assert.equal(query.typed, false);
    assert.equal(query.inputs[0]?.data, slices);
  });

  it('decodes typed contents, and marks the reply to use them too', () => {
    const raw = Buffer.from(BigInt64Array.of(-5n, 2n ** 60n).buffer);
    const contents = typedContents('INT64', [2, 1], raw);
    const given = { ...request('INT64', [2, 1], raw), raw: [] };
    const typed = {
      ...given,
      inputs: [{ name: 'x', datatype: 'INT64', shape: [2, 1], contents, parameters: new Map<string, string>() }],
    };
    const query = checkRequest(typed, specOf('INT64', [1]));
    assert.equal(query.typed, true);
    assert.deepEqual(query.inputs[0]?.data[0], raw);
    const both = { ...typed, raw: [[raw]] };
    assert.throws(() => checkRequest(both, specOf('INT64', [1])), invalid(/typed contents in addition to raw/));
  });

  it('rejects BYTES contents with a wrong number or length of elements', () => {
    const two = Buffer.from('\x01\0\0\0a\x02\0\0\0bc', 'latin1');
    assert.equal(checkRequest(request('BYTES', [1, 2], two), specOf('BYTES', [2])).bytes, 11);
    for (const wrong of [two.subarray(0, 10), Buffer.concat([two, Buffer.alloc(4)]), two.subarray(0, 5)]) {
      assert.throws(
        () => checkRequest(request('BYTES', [1, 2], wrong), specOf('BYTES', [2])),
        invalid(/expected 2 BYTES|has a length prefix/),
      );
    }
  });

  it('accepts BYTES contents that are not UTF-8', () => {
    const raw = Buffer.from('\x01\0\0\0a\x01\0\0\0\xff', 'latin1');
    assert.equal(checkRequest(request('BYTES', [1, 2], raw), specOf('BYTES', [2])).bytes, 10);
  });

  it('accepts dynamic dimensions, and batches only equal shapes', () => {
    const spec = specOf('UINT8', [-1]);
    const keys = [1, 2, 2].map((n) => checkRequest(request('UINT8', [1, n], Buffer.alloc(n)), spec).batchKey);
    assert.notEqual(keys[0], keys[1]);
    assert.equal(keys[1], keys[2]);
    assert.throws(
      () => checkRequest(request('UINT8', [1, -1], Buffer.alloc(1)), spec),
      invalid(/\[batch,any\], got \[1,-1\]/),
    );
  });

  it('expects the exact shape for a model without a batch dimension', () => {
    const spec = specOf('UINT8', [3], false);
    assert.equal(checkRequest(request('UINT8', [3], Buffer.alloc(3)), spec).items, 1);
    assert.throws(
      () => checkRequest(request('UINT8', [1, 3], Buffer.alloc(3)), spec),
      invalid(/shape \[3\], got \[1,3\]/),
    );
  });

  it('rejects contents without an input, and inputs without contents', () => {
    const given = request('UINT8', [1, 1], Buffer.alloc(1));
    const more = { ...given, raw: [...given.raw, [Buffer.alloc(1)]] };
    assert.throws(
      () => checkRequest(more, specOf('UINT8', [1])),
      invalid(/expected 1 raw_input_contents, one for each input, got 2/),
    );
    assert.throws(
      () => checkRequest({ ...given, raw: [] }, specOf('UINT8', [1])),
      invalid(/no contents; expected 1 elements/),
    );
  });

  it('checks a query that begins like earlier ones as if it were the first', () => {
    const spec = specOf('UINT8', [-1]);
    const other = specOf('UINT8', [7]);
    const strings = specOf('BYTES', [-1]);
    const scan = (datatype: DataType, shape: readonly number[], raw: Buffer, id: string): ScannedRequest => {
      const inputs = [{ name: 'x', datatype, shape, raw }];
      const parameters = [['priority', 2n]] as const;
      return scanInferRequest(payloadOf(encodeInferRequest({ modelName: 'a', id, parameters, inputs })));
    };
    const resultOf = (scanned: ScannedRequest, of: VariantSpec): unknown => {
      try {
        return checkRequest(scanned, of);
      } catch (error) {
        return error;
      }
    };
    for (const [datatype, shape] of [
      ['UINT8', [2, 3]],
      ['UINT8', [9, 3]],
      ['BYTES', [1, 1]],
    ] as const) {
      for (const [index, text] of ['\0\0\0\0\0\0', 'abcdef', 'ghijkl', 'abcde', 'mnopqr', '\0\0\0\0', ''].entries()) {
        const scanned = scan(datatype, shape, Buffer.from(text), 'x'.repeat(index));
        assert.equal(scanned.head === undefined, index < 2);
        for (const of of [spec, other, strings])
          assert.deepEqual(resultOf(scanned, of), resultOf({ ...scanned, head: undefined }, of));
      }
    }
  });

  const requesting = (...outputs: (string | RequestedOutput)[]): ScannedRequest => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], raw: Buffer.alloc(8) }] as const;
    const parameters = [['priority', 3n]] as const;
    return scanInferRequest(payloadOf(encodeInferRequest({ modelName: 'a', parameters, inputs, outputs })));
  };
  const classes = (value: ParameterInput): RequestedOutput => ({ name: 'y', parameters: [['classification', value]] });

  it('returns the requested outputs in order without duplicates, and the priority', () => {
    const spec = specOf('FP32', [2]);
    const two = {
      ...spec,
      signature: {
        ...spec.signature,
        outputs: ['y', 'z'].map((name) => ({ name, datatype: 'FP32', dims: [2] }) as const),
      },
    };
    const query = checkRequest(requesting('z', 'y', 'z'), two);
    assert.deepEqual(query.outputs, ['z', 'y']);
    assert.equal(query.priority, 3);
    assert.equal(checkRequest(request('FP32', [1, 2], Buffer.alloc(8)), spec).priority, Infinity);
  });

  it('returns the number of classes of an output', () => {
    assert.deepEqual([...checkRequest(requesting(classes(3n)), specOf('FP32', [2])).classes], [['y', 3]]);
    for (const wrong of [0n, -1n, '3', 3, true]) {
      assert.throws(
        () => checkRequest(requesting(classes(wrong)), specOf('FP32', [2])),
        invalid(/output 'y': expected parameter classification to be a number of classes/),
      );
    }
    const spec = specOf('FP32', [2]);
    const halves = {
      ...spec,
      signature: { ...spec.signature, outputs: [{ name: 'y', datatype: 'FP16', dims: [2] }] as const },
    };
    assert.throws(
      () => checkRequest(requesting(classes(1n)), halves),
      invalid(/'y' has datatype FP16, which classification does not support/),
    );
  });

  it('rejects shared memory', () => {
    const given = request('UINT8', [1, 1], Buffer.alloc(1));
    const parameters = new Map([['shared_memory_region', 'r']]);
    const shared = { ...given, inputs: given.inputs.map((input) => ({ ...input, parameters })) };
    const notFound = { code: 'not-found', message: /input 'x': shared memory region "r" is not registered/ };
    assert.throws(() => checkRequest(shared, specOf('UINT8', [1])), notFound);
  });

  it('rejects a dimension that is too large', () => {
    const huge = request('FP32', [2 ** 40, 1], Buffer.alloc(16));
    assert.throws(() => checkRequest(huge, specOf('FP32', [1])), invalid(/expected 4398046511104 bytes .* got 16/));
  });

  it('accepts an empty dimension that is not the batch', () => {
    for (const shape of [
      [0, 3],
      [2, 0],
    ]) {
      const { inputs, items } = checkRequest(request('FP32', shape, Buffer.alloc(0)), specOf('FP32', [-1, -1], false));
      assert.deepEqual([inputs[0]?.shape, items], [shape, 1]);
    }
  });
});
