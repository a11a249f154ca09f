// Converts between protobuf messages and plain objects, with exact integers, defaults filled in, and without copies of
// weights.

import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { checkWire } from './check-wire.js';
import { withRawData, type OnnxInt, type WireTensor } from './onnx-tensor-data.js';

type Plain = Readonly<Record<string, unknown>>;
type Long = Readonly<{ low: number; high: number; unsigned: boolean }>;

const protoFile = fileURLToPath(new URL('../../proto/onnx.proto', import.meta.url));
let root: protobuf.NamespaceBase | undefined;

/** Returns a message type. The proto file is parsed at the first call, because services load this module at each start. */
function typeOf(name: string): protobuf.Type {
  root ??= protobuf.loadSync(protoFile).resolveAll();
  return root.lookupType(name);
}

const tensorName = '.onnx.TensorProto';
const longTypes: ReadonlySet<string> = new Set(['int64', 'uint64']);
/** Fields in which any 64-bit integer is valid. The others are counts or indices. */
const wideFields: ReadonlySet<string> = new Set(['i', 'ints', 'modelVersion', 'int64Data', 'uint64Data']);

/**
 * Decodes a message as a plain object: lists are present if empty, fields have their default if there is one, tensors
 * have `rawData`. Throws `invalid-argument` if another parser would read the message differently.
 */
export function decodeMessage(name: string, content: Uint8Array): unknown {
  const type = typeOf(name);
  checkWire(type, content);
  return toPlain(type.decode(content) as unknown as Plain, type);
}

/** Encodes a plain object in the form that `decodeMessage` returns. */
export function encodeMessage(name: string, value: unknown): Uint8Array {
  const type = typeOf(name);
  return type.encode(toMessage(value as Plain, type)).finish();
}

function toPlain(message: Plain, type: protobuf.Type): Plain {
  const plain: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const value = Object.hasOwn(message, field.name) ? message[field.name] : defaultOf(field);
    if (Array.isArray(value)) plain[field.name] = value.map((item) => itemToPlain(item, field));
    else if (value !== undefined) plain[field.name] = itemToPlain(value, field);
  }
  return type.fullName === tensorName ? (withRawData(plain as unknown as WireTensor) as Plain) : plain;
}

function defaultOf(field: protobuf.Field): unknown {
  return field.repeated ? [] : (field.options?.['default'] as unknown);
}

function itemToPlain(item: unknown, field: protobuf.Field): unknown {
  if (field.resolvedType instanceof protobuf.Type) return toPlain(item as Plain, field.resolvedType);
  if (!longTypes.has(field.type) || typeof item !== 'object') return item;
  const value = fromLong(item as Long);
  if (typeof value === 'number' || wideFields.has(field.name)) return value;
  throw new RangeError(`${field.name} is ${value}: expected a number below 2^53`);
}

function fromLong({ low, high, unsigned }: Long): OnnxInt {
  const value = (BigInt(unsigned ? high >>> 0 : high) << 32n) | BigInt(low >>> 0);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function toMessage(plain: Plain, type: protobuf.Type): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const value = plain[field.name];
    if (value === undefined || value === field.options?.['default']) continue;
    message[field.name] = field.repeated
      ? (value as readonly unknown[]).map((item) => itemToMessage(item, field))
      : itemToMessage(value, field);
  }
  return message;
}

function itemToMessage(item: unknown, field: protobuf.Field): unknown {
  if (field.resolvedType instanceof protobuf.Type) return toMessage(item as Plain, field.resolvedType);
  return typeof item === 'bigint' ? toLong(item) : item;
}

const toLong = (value: bigint): Long => ({
  low: Number(BigInt.asIntN(32, value)),
  high: Number(BigInt.asIntN(32, value >> 32n)),
  unsigned: false,
});
