import assert from 'node:assert/strict';
import fc from 'fast-check';
import { elementBytes, ParetoError, type DataType } from '@pareto/core';
import {
  decodeInferResponse,
  decodeTypedContents,
  encodeInferRequest,
  encodeInferResponse,
  formatLoad,
  hasTypedContents,
  parseLoad,
  scanInferRequest,
} from '../src/index.js';
import { serviceDefinition } from '../src/protos.js';

const infer = serviceDefinition('inference.GRPCInferenceService')['ModelInfer'];
assert.ok(infer !== undefined);
const encode = (message: object): Buffer => infer.requestSerialize(message);
const decodeReply = (body: Buffer): Record<string, unknown> =>
  infer.responseDeserialize(body) as Record<string, unknown>;

const datatypes = Object.keys(elementBytes) as DataType[];
const tensor = fc
  .record({
    name: fc.string({ minLength: 1, maxLength: 8 }),
    datatype: fc.constantFrom(...datatypes.filter((d) => d !== 'BYTES')),
    elements: fc.nat(20),
  })
  .chain(({ name, datatype, elements }) =>
    fc
      .uint8Array({ minLength: elements * elementBytes[datatype], maxLength: elements * elementBytes[datatype] })
      .map((bytes) => ({
        name,
        datatype,
        shape: [elements],
        raw: Buffer.from(datatype === 'BOOL' ? bytes.map((b) => b & 1) : bytes),
      })),
  );

describe('the protocol, scanned and encoded', () => {
  it('scans what another implementation encoded', () => {
    const scanned = scanInferRequest(
      encode({
        modelName: 'digits',
        modelVersion: '3',
        id: 'q1',
        parameters: {
          latency_ms: { doubleParam: 12.5 },
          class: { stringParam: 'online' },
          priority: { uint64Param: 7 },
          timeout: { int64Param: -5 },
          flag: { boolParam: true },
        },
        inputs: [
          { name: 'image', datatype: 'FP32', shape: [1, 2] },
          { name: 'typed', datatype: 'INT64', shape: [2], contents: { int64Contents: [1, -2] } },
        ],
        outputs: [{ name: 'logits' }],
        rawInputContents: [Buffer.from([1, 2, 3])],
      }),
    );
    assert.deepEqual(
      [scanned.modelName, scanned.modelVersion, scanned.id, scanned.outputs],
      ['digits', '3', 'q1', ['logits']],
    );
    assert.deepEqual(Object.fromEntries(scanned.parameters), {
      latency_ms: 12.5,
      class: 'online',
      priority: 7,
      timeout: -5,
      flag: true,
    });
    assert.deepEqual(
      scanned.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
      [
        { name: 'image', datatype: 'FP32', shape: [1, 2] },
        { name: 'typed', datatype: 'INT64', shape: [2] },
      ],
    );
    assert.deepEqual(scanned.raw, [Buffer.from([1, 2, 3])]);
    const typed = scanned.inputs[1]?.contents;
    assert.ok(typed !== undefined);
    const raw = decodeTypedContents('typed', 'INT64', typed, 2);
    assert.deepEqual([raw.readBigInt64LE(0), raw.readBigInt64LE(8)], [1n, -2n]);
  });

  it('reads fields in any order', () => {
    const head = encode({ inputs: [{ name: 'a', datatype: 'FP32', shape: [1] }] });
    const tail = encode({ modelName: 'late' });
    assert.equal(scanInferRequest(Buffer.concat([head, tail])).modelName, 'late');
  });

  it('never fails on arbitrary bytes but with invalid-argument', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          scanInferRequest(Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof ParetoError);
          assert.equal(error.code, 'invalid-argument');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('answers raw and typed alike, whatever the tensors', () => {
    fc.assert(
      fc.property(fc.array(tensor, { minLength: 1, maxLength: 3 }), fc.boolean(), (outputs, typed) => {
        const parameters = [
          ['pareto_variant', 'a:original'],
          ['pareto_accuracy', 0.5],
          ['pareto_degraded', false],
        ] as const;
        const body = encodeInferResponse({ modelName: 'm', modelVersion: '1', id: 'i', parameters, outputs }, typed);
        const decoded = decodeInferResponse(body);
        assert.deepEqual(
          [...decoded.parameters],
          parameters.map((p) => [...p]),
        );
        const nan = (d: DataType): boolean => typed && (d === 'FP32' || d === 'FP64'); // a NaN's payload may change
        for (const [i, output] of outputs.entries()) {
          if (!nan(output.datatype)) assert.deepEqual(decoded.outputs[i], output);
        }
        const reply = decodeReply(body);
        const asTyped = typed && outputs.every((output) => hasTypedContents(output.datatype));
        assert.equal((reply['rawOutputContents'] as unknown[] | undefined)?.length ?? 0, asTyped ? 0 : outputs.length);
      }),
    );
  });

  it('round-trips BYTES', () => {
    const raw = Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from('hi'), Buffer.from([0, 0, 0, 0])]);
    const outputs = [{ name: 's', datatype: 'BYTES' as const, shape: [2], raw }];
    const body = encodeInferResponse({ modelName: 'm', modelVersion: '', id: '', parameters: [], outputs }, true);
    assert.deepEqual(decodeInferResponse(body).outputs[0]?.raw, raw);
  });

  it('refuses a wrong count of typed elements, naming the input', () => {
    const scanned = scanInferRequest(
      encode({ inputs: [{ name: 'x', datatype: 'FP32', shape: [3], contents: { fp32Contents: [1, 2] } }] }),
    );
    const contents = scanned.inputs[0]?.contents;
    assert.ok(contents !== undefined);
    assert.throws(
      () => decodeTypedContents('x', 'FP32', contents, 3),
      /input 'x': expected 3 elements of FP32 .* got 2/,
    );
    assert.throws(() => decodeTypedContents('x', 'FP16', contents, 3), /FP16 has no typed contents/);
    assert.throws(
      () => decodeTypedContents('x', 'FP32', contents, 2 ** 50),
      /expected 1125899906842624 elements .* got 2/,
    );
    const cutShort = contents.subarray(0, -1);
    const malformed = { code: 'invalid-argument', message: /input 'x': its contents are not InferTensorContents/ };
    assert.throws(() => decodeTypedContents('x', 'FP32', cutShort, 2), malformed);
  });

  it('encodes requests that it scans back', () => {
    fc.assert(
      fc.property(fc.array(tensor, { maxLength: 3 }), (inputs) => {
        const scanned = scanInferRequest(
          encodeInferRequest({ modelName: 'm', id: 'i', parameters: [['latency_ms', 5]], inputs, outputs: ['y'] }),
        );
        assert.deepEqual(
          scanned.raw,
          inputs.map((input) => input.raw),
        );
        assert.deepEqual(
          scanned.inputs.map((input) => input.name),
          inputs.map((input) => input.name),
        );
      }),
    );
  });

  it('writes load in ORCA text and reads it back', () => {
    const load = { queuedItems: 3, runningItems: 4, backlogMs: 12.5 };
    assert.deepEqual(parseLoad(formatLoad(load)), load);
    assert.equal(parseLoad('TEXT cpu=1'), undefined);
    assert.equal(parseLoad(undefined), undefined);
  });
});
