import assert from 'node:assert/strict';
import { ParetoError, systemClock } from '@pareto/core';
import { decodeInferResponse, encodeInferResponse, joinSlices, type RawTensor } from '@pareto/protocol';
import { createChunks } from '../../../src/http/body/chunks.js';
import { createInferWork } from '../../../src/http/infer/infer-work.js';
import type { ParsedInfer, BinaryOptions } from '../../../src/http/infer/read-infer.js';

const caller = { peer: '127.0.0.1:1', signal: new AbortController().signal };
const maxBytes = 2 ** 20;
const json: BinaryOptions = { others: false, named: new Map() };

const bytesOf = (views: readonly Uint8Array[]): Buffer => Buffer.concat(views);

/** Returns the request in a form that can be compared. */
const comparable = ({ request, binary }: ParsedInfer): unknown => ({
  ...request,
  parameters: [...request.parameters],
  inputs: request.inputs.map((input) => ({
    ...input,
    parameters: [...(input.parameters ?? [])],
    contents: bytesOf(input.contents),
  })),
  binary,
});

describe('parsing and serializing inferences', () => {
  const direct = createInferWork(systemClock, { largeJsonBytes: Infinity, largeRawBytes: Infinity });
  const inThreads = createInferWork(systemClock, { largeJsonBytes: 0, largeRawBytes: 0 });
  after(() => Promise.all([direct[Symbol.asyncDispose](), inThreads[Symbol.asyncDispose]()]));

  /** Reads a body directly and in a thread, from parts with shared and with own memory, and compares the results. */
  async function readBoth(text: string, tail = Buffer.alloc(0)): Promise<PromiseSettledResult<unknown>> {
    const whole = Buffer.concat([Buffer.from(text), tail]);
    const pieces = [whole.subarray(0, 10), Buffer.from(new Uint8Array(whole.subarray(10)).buffer)];
    const headerLength = Buffer.byteLength(text);
    const [one, other] = await Promise.allSettled([
      direct.read(createChunks([whole]), { headerLength, maxBytes }, caller).then(comparable),
      inThreads.read(createChunks(pieces), { headerLength, maxBytes }, caller).then(comparable),
    ]);
    assert.deepEqual(other, one);
    return one;
  }

  const input = (datatype: string, data: string, count = 3): string =>
    `{"inputs":[{"name":"x","shape":[${count}],"datatype":"${datatype}","data":${data},"parameters":{"p":2.5}}]}`;

  it('parses a body equally directly and in a thread', async () => {
    const bodies = [
      input('FP32', '[1,NaN,-0]'),
      input('INT64', '[9007199254740993,-9223372036854775808,0]'),
      input('BYTES', '["a","ü\\ud83d\\ude00",""]'),
      input('BOOL', '[]', 0),
      '{"id":"i","inputs":[],"parameters":{"min_accuracy":0.9,"class":"online","n":12345678901234567890},"outputs":[{"name":"y","parameters":{"binary_data":true}}]}',
    ];
    for (const body of bodies) assert.equal((await readBoth(body)).status, 'fulfilled', body);
    const mixed = `{"inputs":[{"name":"a","shape":[2],"datatype":"UINT8","parameters":{"binary_data_size":2}},
      {"name":"j","shape":[1],"datatype":"FP32","data":[5]},
      {"name":"b","shape":[3],"datatype":"UINT8","parameters":{"binary_data_size":3}}]}`;
    assert.equal((await readBoth(mixed, Buffer.from([1, 2, 3, 4, 5]))).status, 'fulfilled');
  });

  it('rejects a body with the same error directly and in a thread', async () => {
    const bodies = [
      '{',
      '[]',
      '{"inputs":7}',
      input('FP32', '[1,"a",3]'),
      input('FP16', '[1,2,3]'),
      input('INT8', '[1,2]'),
    ];
    for (const body of bodies) {
      const result = await readBoth(body);
      assert.ok(result.status === 'rejected' && result.reason instanceof ParetoError, body);
    }
  });

  const floats: RawTensor = {
    ...{ name: 'y', datatype: 'FP32', shape: [2] },
    raw: Buffer.from(Float32Array.of(1.5, -0).buffer),
  };
  const halves: RawTensor = { name: 'h', datatype: 'FP16', shape: [1], raw: Buffer.from([0, 60]) };
  const messageOf = (outputs: readonly RawTensor[], isTyped = false): Buffer => {
    const message = { ...decodeInferResponse(Buffer.alloc(0)), modelName: 'm', modelVersion: '1', id: 'i', outputs };
    return joinSlices(encodeInferResponse(message, isTyped).slices);
  };

  it('serializes an answer equally directly and in a thread', async () => {
    const options: readonly BinaryOptions[] = [{ others: false, named: new Map([['h', true]]) }, json];
    for (const binary of options) {
      for (const outputs of [[floats], [floats, halves]]) {
        const written = await Promise.allSettled(
          [direct, inThreads].map(async (work) => {
            const { body, ...head } = await work.write(messageOf(outputs), binary, caller);
            return { ...head, body: bytesOf(body) };
          }),
        );
        assert.deepEqual(written[1], written[0]);
        assert.equal(written[0]?.status, outputs.length > 1 && binary === json ? 'rejected' : 'fulfilled');
      }
    }
    const typed = await inThreads.write(messageOf([floats], true), json, caller);
    assert.match(bytesOf(typed.body).toString(), /"data":\[1.5,-0.0\]/);
  });

  it('serializes BYTES that are UTF-8 only', async () => {
    const texts = ['a"', '', 'ü\ufffd'].map((text) => Buffer.from(text));
    const rawOf = (elements: readonly Buffer[]): Buffer =>
      Buffer.concat(elements.flatMap((each) => [Buffer.from(Uint32Array.of(each.length).buffer), each]));
    const write = async (elements: readonly Buffer[]): Promise<string> => {
      const output: RawTensor = { name: 'y', datatype: 'BYTES', shape: [elements.length], raw: rawOf(elements) };
      return bytesOf((await direct.write(messageOf([output]), json, caller)).body).toString();
    };
    assert.match(await write(texts), /"data":\["a\\"","","ü\ufffd"\]/);
    await assert.rejects(write([...texts, Buffer.from([0xff])]), /'y' has BYTES that are not UTF-8/);
  });
});
