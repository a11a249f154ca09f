import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { ParetoError } from '@pareto/core';
import { serviceDefinition, shapeOfMessage, type MethodDefinition } from '../../src/messages/protos.js';
import { type MessageShape } from '../../src/messages/message-shape.js';
import { RequestFields } from '../../src/messages/request-fields.js';
import { defaultLimits } from '../../src/limits/limits.js';
import { arbitraryMessage } from '../support/arbitrary-message.js';

const services = [
  'inference.GRPCInferenceService',
  'pareto.v1.Blobs',
  'pareto.v1.Execution',
  'pareto.v1.Fleet',
  'pareto.v1.Inference',
  'pareto.v1.Plans',
  'pareto.v1.Registry',
  'pareto.v1.Routes',
];

const methodOf = (service: string, name: string): MethodDefinition => {
  const found = serviceDefinition(service)[name];
  assert.ok(found !== undefined);
  return found;
};

interface Maximum {
  readonly fields?: number;
  readonly elements?: number;
}

/** Reads a message in parts of a size. */
function read(message: Buffer, method: MethodDefinition, maximum: Maximum = {}, partBytes = message.length): void {
  const fields = new RequestFields(shapeOfMessage(method), { ...defaultLimits, ...maximum });
  // A message before it leaves nothing behind.
  for (let round = 0; round < 2; round++) {
    fields.begin();
    for (let at = 0; at < message.length; at += partBytes)
      fields.read(message, at, Math.min(at + partBytes, message.length));
    fields.end();
  }
}

describe('RequestFields', () => {
  const tooMany = /^ParetoError: the message has more than (\d+) fields: send fewer$/;
  const infer = methodOf('pareto.v1.Inference', 'Infer');
  const modelInfer = methodOf('inference.GRPCInferenceService', 'ModelInfer');
  const setting = methodOf('inference.GRPCInferenceService', 'TraceSetting');

  it('knows the messages in the requests of every method', () => {
    let count = 0;
    const visit = ({ messages }: MessageShape, depth: number): void => {
      assert.ok(depth < 10);
      count += 1;
      for (const nested of messages.values()) visit(nested(), depth + 1);
    };
    for (const service of services) {
      for (const method of Object.values(serviceDefinition(service))) visit(shapeOfMessage(method), 0);
    }
    assert.ok(count > 60, String(count));
  });

  for (const partBytes of [1, 2, 7, 100_000]) {
    it(`counts nested messages, map entries and packed numbers, in parts of ${partBytes} bytes`, () => {
      const settings = setting.requestSerialize({ settings: { a: { value: ['1', '2', '3'] }, b: { value: [] } } });
      // Two entries with a key and a value each, and three values.
      read(settings, setting, { fields: 9 }, partBytes);
      assert.throws(() => read(settings, setting, { fields: 8 }, partBytes), tooMany);
      const tensor = { name: 'x', datatype: 'FP32', shape: [1, 200, 2 ** 40], contents: Buffer.alloc(1000) };
      const query = infer.requestSerialize({ target: 't', inputs: [tensor], objective: { latencyMs: 5 } });
      // A target, an objective with one field, an input with four fields, and three dimensions.
      read(query, infer, { fields: 11 }, partBytes);
      assert.throws(() => read(query, infer, { fields: 10 }, partBytes), tooMany);
    });

    it(`counts the elements of tensors that are not packed, in parts of ${partBytes} bytes`, () => {
      const text = Buffer.alloc(300, 'x');
      const inputs = [
        { name: 'texts', datatype: 'BYTES', shape: [3], contents: { bytesContents: [text, text, text] } },
        { name: 'others', datatype: 'BYTES', shape: [3], contents: { bytesContents: [text, text, text] } },
        { name: 'numbers', datatype: 'INT32', shape: [100], contents: { intContents: new Array(100).fill(1000) } },
      ];
      const query = modelInfer.requestSerialize({ modelName: 'm', inputs });
      // A name, and three inputs of four fields with one dimension.
      read(query, modelInfer, { fields: 19, elements: 7 }, partBytes);
      assert.throws(() => read(query, modelInfer, { fields: 18, elements: 7 }, partBytes), tooMany);
      assert.throws(
        () => read(query, modelInfer, { elements: 6 }, partBytes),
        /^ParetoError: the message has more than 6 elements that are not packed: send raw_input_contents$/,
      );
    });
  }

  it('rejects a text of more than a mebibyte from its length', () => {
    const query = (bytes: number): Buffer =>
      infer.requestSerialize({ target: 't', inputs: [{ name: 'x'.repeat(bytes), contents: Buffer.alloc(2 ** 21) }] });
    read(query(2 ** 20), infer);
    assert.throws(
      () => read(query(2 ** 20 + 1).subarray(0, 100), infer),
      /^ParetoError: a text of the message has 1048577 bytes: expected at most 1048576$/,
    );
  });

  it('stops at what is malformed', () => {
    const beyond = /^RangeError: a field extends beyond the end of its message$/;
    for (const malformed of [
      [0x1a, 0x02, 0x0a, 0x05, 0x00],
      [0x1a, 0x01, 0x0a, 0x00],
      [0x1a, 0x02, 0x18, 0xff, 0x00],
    ])
      assert.throws(() => read(Buffer.from(malformed), infer), beyond);
    assert.throws(
      () => read(Buffer.alloc(1000, 0x0b), infer),
      /^RangeError: field 1 has the wire type 3, which requests do not use$/,
    );
    const ones = Buffer.alloc(20, 0xff);
    assert.throws(() => read(ones, infer), /^RangeError: a number has more than 64 bits$/);
    const long = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    assert.throws(() => read(long, infer), /^RangeError: a tag or a length has more than 32 bits$/);
  });

  it('ends at the limit, however long the message is', () => {
    const bomb = Buffer.alloc(64 * 1024 * 1024, Buffer.from([0x1a, 0x00]));
    const isTooMany = (error: unknown): boolean => error instanceof ParetoError && error.code === 'invalid-argument';
    assert.throws(() => read(bomb, infer), isTooMany);
  });

  it('accepts every message that the encoder writes', () => {
    const messages = arbitraryMessage('InferRequest', { contents: fc.uint8Array() });
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 50 }), (message, partBytes) =>
        read(infer.requestSerialize(message), infer, {}, partBytes),
      ),
    );
  });
});
