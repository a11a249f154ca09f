import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ParetoError } from '@pareto/core';
import { serviceDefinition, shapeOfMessage, type MethodDefinition } from '../../src/calls/protos.js';
import { checkFieldCount, type MessageShape } from '../../src/calls/request-fields.js';

const services = [
  'inference.GRPCInferenceService',
  'pareto.v1.Blobs',
  'pareto.v1.Execution',
  'pareto.v1.Fleet',
  'pareto.v1.Inference',
  'pareto.v1.Registry',
  'pareto.v1.Routes',
];

const methodOf = (service: string, name: string): MethodDefinition => {
  const found = serviceDefinition(service)[name];
  assert.ok(found !== undefined);
  return found;
};

describe('checkFieldCount', () => {
  const tooMany = /^ParetoError: the message has more than (\d+) fields: send fewer$/;

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

  it('counts nested messages, map entries and packed numbers', () => {
    const setting = methodOf('inference.GRPCInferenceService', 'TraceSetting');
    const settings = setting.requestSerialize({ settings: { a: { value: ['1', '2', '3'] }, b: { value: [] } } });
    // Two entries with a key and a value each, and three values.
    checkFieldCount(settings, shapeOfMessage(setting), 9);
    assert.throws(() => checkFieldCount(settings, shapeOfMessage(setting), 8), tooMany);
    const infer = methodOf('pareto.v1.Inference', 'Infer');
    const tensor = { name: 'x', datatype: 'FP32', shape: [1, 2, 3], contents: Buffer.alloc(1000) };
    const query = infer.requestSerialize({ target: 't', inputs: [tensor] });
    // A target, an input with four fields, and three dimensions.
    checkFieldCount(query, shapeOfMessage(infer), 9);
    assert.throws(() => checkFieldCount(query, shapeOfMessage(infer), 8), tooMany);
  });

  it('rejects a text of more than a mebibyte before it is decoded', () => {
    const infer = methodOf('pareto.v1.Inference', 'Infer');
    const query = (bytes: number): Buffer =>
      infer.requestSerialize({ target: 't', inputs: [{ name: 'x'.repeat(bytes), contents: Buffer.alloc(2 ** 21) }] });
    checkFieldCount(query(2 ** 20), shapeOfMessage(infer), 9);
    assert.throws(
      () => checkFieldCount(query(2 ** 20 + 1), shapeOfMessage(infer), 9),
      /^ParetoError: a text of the message has 1048577 bytes: expected at most 1048576$/,
    );
  });

  it('stops at a field that extends beyond its message', () => {
    const shape = shapeOfMessage(methodOf('pareto.v1.Inference', 'Infer'));
    assert.throws(() => checkFieldCount(Buffer.from([0x1a, 0x02, 0x0a, 0x05, 0x00]), shape, 10), RangeError);
    assert.throws(() => checkFieldCount(Buffer.alloc(1000, 0x0b), shape, 10), Error);
  });

  it('ends at the limit, however long the message is', () => {
    const shape = shapeOfMessage(methodOf('pareto.v1.Inference', 'Infer'));
    const bomb = Buffer.alloc(64 * 1024 * 1024, Buffer.from([0x1a, 0x00]));
    const isTooMany = (error: unknown): boolean => error instanceof ParetoError && error.code === 'invalid-argument';
    assert.throws(() => checkFieldCount(bomb, shape, 65_536), isTooMany);
  });
});
