import assert from 'node:assert/strict';
import { bytes, digest, variantId, type DataType, type VariantSpec } from '@pareto/core';
import { encodeInferResponse, scanInferRequest, type ScannedRequest } from '@pareto/rpc';
import { checkRequest } from '../src/check-request.js';

function specOf(datatype: DataType, dims: readonly number[], batched = true): VariantSpec {
  return {
    variant: variantId('a:original'),
    version: 1,
    provider: 'cpu',
    option: undefined,
    modelDigest: digest('sha256:0'),
    manifest: { files: [{ path: 'model.onnx', digest: digest('sha256:0'), sizeBytes: bytes(1) }] },
    signature: {
      inputs: [{ name: 'x', datatype, dims }],
      outputs: [{ name: 'y', datatype, dims }],
      batched,
    },
    maxBatchSize: batched ? 8 : 0,
    labels: {},
  };
}

const request = (datatype: DataType, shape: readonly number[], raw: Uint8Array): ScannedRequest => ({
  modelName: 'a',
  modelVersion: '',
  id: '',
  parameters: new Map(),
  inputs: [{ name: 'x', datatype, shape, contents: undefined }],
  outputs: [],
  raw: [Buffer.from(raw)],
});

/** Typed contents, as a client writes them: a response's outputs have the form of a request's inputs. */
function typedContents(datatype: DataType, shape: readonly number[], raw: Buffer): Buffer | undefined {
  const outputs = [{ name: 'x', datatype, shape, raw }];
  const body = encodeInferResponse({ modelName: 'a', modelVersion: '', id: '', parameters: [], outputs }, true);
  return scanInferRequest(body).inputs[0]?.contents;
}

const invalid = (message: RegExp): object => ({ code: 'invalid-argument', message });

describe('checking a request', () => {
  it('takes raw bytes as they are, without a copy', () => {
    const raw = Buffer.from(Float32Array.of(1, 2).buffer);
    const given = { ...request('FP32', [2, 1], raw), raw: [raw] };
    const query = checkRequest(given, specOf('FP32', [1]));
    assert.equal(query.items, 2);
    assert.equal(query.bytes, 8);
    assert.equal(query.typed, false);
    assert.equal(query.inputs[0]?.data[0], raw);
  });

  it('decodes typed contents and remembers to mirror them', () => {
    const raw = Buffer.from(BigInt64Array.of(-5n, 2n ** 60n).buffer);
    const contents = typedContents('INT64', [2, 1], raw);
    const given = { ...request('INT64', [2, 1], raw), raw: [] };
    const typed = { ...given, inputs: [{ name: 'x', datatype: 'INT64', shape: [2, 1], contents }] };
    const query = checkRequest(typed, specOf('INT64', [1]));
    assert.equal(query.typed, true);
    assert.deepEqual(query.inputs[0]?.data[0], raw);
    const both = { ...typed, raw: [raw] };
    assert.throws(() => checkRequest(both, specOf('INT64', [1])), invalid(/typed contents beside raw/));
  });

  it('counts the elements of BYTES', () => {
    const two = Buffer.from('\x01\0\0\0a\x02\0\0\0bc', 'latin1');
    assert.equal(checkRequest(request('BYTES', [1, 2], two), specOf('BYTES', [2])).bytes, 11);
    for (const wrong of [two.subarray(0, 10), Buffer.concat([two, Buffer.alloc(4)]), two.subarray(0, 5)]) {
      assert.throws(
        () => checkRequest(request('BYTES', [1, 2], wrong), specOf('BYTES', [2])),
        invalid(/expected 2 BYTES/),
      );
    }
  });

  it('refuses strings that are not UTF-8', () => {
    const bad = Buffer.from('\x01\0\0\0a\x01\0\0\0\xff', 'latin1');
    const check = () => checkRequest(request('BYTES', [1, 2], bad), specOf('BYTES', [2]));
    assert.throws(check, invalid(/input 'x': element 1 is not valid UTF-8/));
  });

  it('takes dynamic dimensions, and keeps unequal shapes out of one batch', () => {
    const spec = specOf('UINT8', [-1]);
    const keys = [1, 2, 2].map((n) => checkRequest(request('UINT8', [1, n], Buffer.alloc(n)), spec).batchKey);
    assert.notEqual(keys[0], keys[1]);
    assert.equal(keys[1], keys[2]);
    assert.throws(
      () => checkRequest(request('UINT8', [1, -1], Buffer.alloc(1)), spec),
      invalid(/\[batch,any\], got \[1,-1\]/),
    );
  });

  it('takes a model without a batch as it is', () => {
    const spec = specOf('UINT8', [3], false);
    assert.equal(checkRequest(request('UINT8', [3], Buffer.alloc(3)), spec).items, 1);
    assert.throws(
      () => checkRequest(request('UINT8', [1, 3], Buffer.alloc(3)), spec),
      invalid(/shape \[3\], got \[1,3\]/),
    );
  });

  it('refuses contents without an input and inputs without contents', () => {
    const given = request('UINT8', [1, 1], Buffer.alloc(1));
    const more = { ...given, raw: [...given.raw, Buffer.alloc(1)] };
    assert.throws(() => checkRequest(more, specOf('UINT8', [1])), invalid(/each of 1 inputs, got 2/));
    assert.throws(() => checkRequest({ ...given, raw: [] }, specOf('UINT8', [1])), invalid(/expected 1 elements/));
  });
});
