import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import fc from 'fast-check';
import { decodeOnnx } from '../../src/onnx/onnx-codec.js';
import { decodeMessage } from '../../src/onnx/onnx-wire.js';

/** Encodes numbers below 2^35 as varints. */
const varint = (value: number): readonly number[] =>
  value < 128 ? [value] : [128 | (value % 128), ...varint(Math.floor(value / 128))];
const int = (field: number, value: number): Buffer => Buffer.from([...varint(8 * field), ...varint(value)]);
const embed = (field: number, ...parts: readonly (Uint8Array | string)[]): Buffer => {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([Buffer.from([...varint(8 * field + 2), ...varint(content.length)]), content]);
};

const graph = (name: string): Buffer => embed(7, embed(2, name));
const model = (...parts: readonly Buffer[]): Buffer => Buffer.concat([int(1, 8), embed(8, int(2, 13)), ...parts]);

describe('the encoding of a model', () => {
  const bad: readonly [string, string, Buffer, RegExp][] = [
    ['a second graph', 'ModelProto', model(graph('a'), graph('b')), /graph of ModelProto occurs more than once/],
    ['a second name', 'GraphProto', Buffer.concat([embed(2, 'a'), embed(2, 'b')]), /name of GraphProto occurs/],
    ['a second IR version', 'ModelProto', model(graph('a'), int(1, 7)), /irVersion of ModelProto occurs/],
    ['a second tensor of an attribute', 'NodeProto', embed(5, embed(5), embed(5)), /t of AttributeProto occurs/],
    ['a second graph of an attribute', 'NodeProto', embed(5, embed(6), embed(6)), /g of AttributeProto occurs/],
    ['two types of a value', 'ValueInfoProto', embed(2, embed(1), embed(4)), /sequenceType of TypeProto occurs/],
    [
      'two values of a dimension',
      'Dimension',
      Buffer.concat([int(1, 3), embed(2, 'n')]),
      /dimParam of Dimension occurs/,
    ],
    ['text that is not UTF-8', 'NodeProto', embed(3, Buffer.from([0xff])), /name of NodeProto is not UTF-8/],
    ['a graph of another type', 'ModelProto', model(int(7, 1)), /graph of ModelProto has wire type 0, expected 2/],
    [
      'floats that are not packed',
      'TensorProto',
      Buffer.from([0x25, 0, 0, 0, 0]),
      /floatData of TensorProto has wire type 5/,
    ],
    ['graphs that are nested too deeply', 'GraphProto', nested(34), /nested too deeply: expected at most 100 messages/],
    ['types that are nested too deeply', 'TypeProto', nestedType(60), /nested too deeply/],
    [
      'a million empty nodes',
      'GraphProto',
      Buffer.alloc(2_000_002, Buffer.from([0x0a, 0])),
      /more than 1000000 messages/,
    ],
    ['three million packed integers', 'TensorProto', embed(7, Buffer.alloc(3_000_001)), /more than 1000000 messages/],
  ];
  for (const [what, type, content, message] of bad) {
    it(`is rejected with ${what}`, () =>
      assert.throws(() => decodeMessage(`onnx.${type}`, content), { code: 'invalid-argument', message }));
  }

  const malformed: readonly [string, Buffer][] = [
    ['a field of number 0', Buffer.from([0x02, 0])],
    ['a group', Buffer.from([0x7b, 0x7c])],
    ['a tag of six bytes', Buffer.from([0x88, 0x80, 0x80, 0x80, 0x80, 0x00, 0x08])],
    ['a number of eleven bytes', Buffer.from([0x08, ...Array.from({ length: 10 }, () => 0x80), 0])],
    ['a packed number that is cut short', embed(7, embed(5, embed(7, Buffer.from([0x80]))), int(1, 0))],
    ['a field that is longer than its message', embed(7, Buffer.from([0x12, 5, 0x61]))],
  ];
  for (const [what, content] of malformed) {
    it(`is rejected with ${what}`, () =>
      assert.throws(() => decodeOnnx(model(graph('a'), content)), {
        code: 'invalid-argument',
        message: /cut short|occurs/,
      }));
  }

  it('may have nested graphs, repeated lists, and fields that ONNX does not define', () => {
    decodeMessage('onnx.GraphProto', nested(33));
    decodeMessage(
      'onnx.TensorProto',
      Buffer.concat([int(1, 2), embed(1, Buffer.from([3, 4])), int(99, 1), int(99, 1)]),
    );
  });

  it('never decodes a model in which a field that may occur once occurs twice', () => {
    const fields = fc.array(
      fc.constantFrom(int(1, 8), embed(2, 'p'), embed(6, 'd'), graph('g'), embed(8, int(2, 13))),
      {
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(fields, (parts) => {
        const single = parts.filter((part) => part[0] !== 0x42);
        const isRepeated = new Set(single.map(([tag]) => tag)).size < single.length;
        try {
          decodeOnnx(Buffer.concat(parts));
          assert.ok(!isRepeated);
        } catch (error) {
          assert.ok(error instanceof ParetoError, String(error));
        }
      }),
    );
  });
});

/** Encodes a graph that contains another one, `levels` times: a node, an attribute and a graph for each. */
function nested(levels: number): Buffer {
  let content: Buffer = Buffer.alloc(0);
  for (let level = 0; level < levels; level++) content = embed(1, embed(5, embed(6, content)));
  return content;
}

/** Encodes a sequence of a sequence of …: two messages for each. */
function nestedType(levels: number): Buffer {
  let content: Buffer = Buffer.alloc(0);
  for (let level = 0; level < levels; level++) content = embed(4, embed(1, content));
  return content;
}
