// Generates encoded requests from the descriptors of the protos: mostly of the right structure, with values at the
// boundaries of their types, and sometimes broken.

import fc, { type Arbitrary } from 'fast-check';
import { fieldType, isRepeated, type Field, type MessageType, type Method } from './protos.js';
import { smallModel } from './target.js';
import { bytesField, tag, varint, wireType } from './wire/protobuf.js';

/** Texts with a meaning somewhere, and texts with a meaning nowhere. */
const texts = ['', 'x', 'y', 'FP32', 'BYTES', 'INT64', '1', '-1', 'NaN', 'latency_ms', 'classification', 'unknown'];
const oddTexts = ['\0', '\u{1f600}', 'é'.repeat(300), '../../etc/passwd', '%00', 'a'.repeat(5_000), '\r\nx: y', '"'];
const invalidUtf8 = Buffer.from([0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80]);

const integers = [0n, 1n, 4n, -1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n];
const doubles = [0, -0, 1, 0.5, -1, 1e308, 5e-324, NaN, Infinity, -Infinity, 2 ** 53];

const textBytes = (ownTexts: readonly string[]): Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...texts, ...ownTexts).map((text) => Buffer.from(text)) },
    { weight: 2, arbitrary: fc.constantFrom(...oddTexts).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.constant(invalidUtf8) },
  );

const rawBytes: Arbitrary<Buffer> = fc.oneof(
  fc.constant(Buffer.from(Float32Array.of(1, 2, 3, 4).buffer)),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
);

const fixedWidth = (bytes: 4 | 8): Arbitrary<Buffer> =>
  fc.oneof(fc.constantFrom(...doubles), fc.double()).map((value) => {
    const buffer = Buffer.alloc(bytes);
    if (bytes === 8) buffer.writeDoubleLE(value);
    else buffer.writeFloatLE(value);
    return buffer;
  });

interface Encoding {
  readonly wire: number;
  readonly value: Arbitrary<Buffer>;
}

const integerValue = fc.oneof(fc.constantFrom(...integers), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })).map(varint);
const smallValue = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constantFrom(-1, 2 ** 31)).map(varint);

function encodingOf(field: Field, parents: readonly MessageType[], context: Context): Encoding {
  switch (field.type) {
    case 'TYPE_STRING':
      return { wire: wireType.bytes, value: textBytes(context.texts) };
    case 'TYPE_BYTES':
      return { wire: wireType.bytes, value: rawBytes };
    case 'TYPE_MESSAGE': {
      const type = fieldType(parents, field);
      if (type === undefined || context.depth === 0)
        return { wire: wireType.bytes, value: fc.constant(Buffer.alloc(0)) };
      return { wire: wireType.bytes, value: messageOf([type, ...parents], { ...context, depth: context.depth - 1 }) };
    }
    case 'TYPE_DOUBLE':
      return { wire: wireType.fixed64, value: fixedWidth(8) };
    case 'TYPE_FLOAT':
      return { wire: wireType.fixed32, value: fixedWidth(4) };
    case 'TYPE_ENUM':
    case 'TYPE_BOOL':
      return { wire: wireType.varint, value: smallValue };
    default:
      return { wire: wireType.varint, value: integerValue };
  }
}

interface Context {
  readonly texts: readonly string[];
  /** Levels of messages that may follow. */
  readonly depth: number;
}

const lengthPrefixed = (bytes: Buffer): Buffer => Buffer.concat([varint(bytes.length), bytes]);

/** More than a list may have, in a message of at most 100 KB. */
const repeated = (bytes: Buffer): Buffer =>
  Buffer.concat(Array<Buffer>(Math.min(1_100, Math.ceil(100_000 / bytes.length))).fill(bytes));

/** Generates one field, of its own wire type or, once in a while, of another. */
function fieldOf(field: Field, parents: readonly MessageType[], context: Context): Arbitrary<Buffer> {
  const { wire, value } = encodingOf(field, parents, context);
  const one = value.map((bytes) =>
    Buffer.concat([tag(field.number, wire), wire === wireType.bytes ? lengthPrefixed(bytes) : bytes]),
  );
  const wrong = fc
    .constantFrom(...Object.values(wireType))
    .map((other) => Buffer.concat([tag(field.number, other), varint(3), Buffer.alloc(8)]));
  const packed = fc.array(value, { maxLength: 4 }).map((values) => bytesField(field.number, Buffer.concat(values)));
  return fc.oneof(
    { weight: 20, arbitrary: isRepeated(field) && wire !== wireType.bytes ? fc.oneof(one, packed) : one },
    { weight: 1, arbitrary: wrong },
    ...(isRepeated(field) ? [{ weight: 1, arbitrary: one.map(repeated) }] : []),
  );
}

const maxFields = 8;

/** Generates a message of the first of the types, with fields in any order and number. */
function messageOf(types: readonly MessageType[], context: Context): Arbitrary<Buffer> {
  const [type] = types;
  if (type === undefined || type.field.length === 0) return fc.constant(Buffer.alloc(0));
  const fields = type.field.map((field) => fieldOf(field, types, context));
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(...fields.slice(0, maxFields)).map((all) => Buffer.concat(all)) },
    { weight: 4, arbitrary: fc.array(fc.oneof(...fields), { maxLength: maxFields }).map((all) => Buffer.concat(all)) },
  );
}

/** Changes to an encoded message. */
const damage: Arbitrary<(message: Buffer) => Buffer> = fc.oneof(
  { weight: 6, arbitrary: fc.constant((message: Buffer) => message) },
  {
    weight: 1,
    arbitrary: fc
      .double({ min: 0, max: 1, noNaN: true })
      .map((at) => (message: Buffer) => message.subarray(0, at * message.length)),
  },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ minLength: 1, maxLength: 8 })
      .map((bytes) => (message: Buffer) => Buffer.concat([message, bytes])),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(wireType.startGroup, wireType.endGroup)
      .map((wire) => (message: Buffer) => Buffer.concat([message, Buffer.concat(Array(2_000).fill(tag(1, wire)))])),
  },
  {
    weight: 1,
    arbitrary: fc
      .nat(2_000)
      .map((number) => (message: Buffer) => Buffer.concat([message, bytesField(number + 1, 'unknown')])),
  },
  {
    weight: 1,
    arbitrary: fc.constant((message: Buffer) =>
      Array.from({ length: 200 }).reduce<Buffer>((inner) => bytesField(5, inner), message),
    ),
  },
);

/** Methods with queries, for which the names of models have a meaning. */
const isQuery = (path: string): boolean => /Infer$|WhatIf$|Model(Ready|Metadata|Config|Statistics)$/.test(path);

/** Generates the encoded request of a method. Only queries name a model that is served, which other calls could delete. */
export function requestOf({ path, request }: Method): Arbitrary<Buffer> {
  const context = { texts: isQuery(path) ? Array(6).fill(smallModel) : [], depth: 4 };
  return fc.tuple(messageOf([request], context), damage).map(([message, change]) => change(message));
}
