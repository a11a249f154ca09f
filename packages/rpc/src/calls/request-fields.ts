// Counts the fields of a message before it is decoded, since each becomes an object or an element of an array.

import type { MessageTypeDefinition, PackageDefinition } from '@grpc/proto-loader';
import protobuf from 'protobufjs/minimal.js';
import { ParetoError } from '@pareto/core';
import { limitError } from '../limits/limit-error.js';
import { defaultLimits } from '../limits/limits.js';

/** The part of a message type that determines what its fields become. */
export interface MessageShape {
  /** Fields that are messages. */
  readonly messages: ReadonlyMap<number, () => MessageShape>;
  /** Repeated fields of numbers, which may be packed. */
  readonly packed: ReadonlySet<number>;
  readonly texts: ReadonlySet<number>;
}

/** The part of a DescriptorProto that is read here. */
interface Descriptor {
  readonly name: string;
  readonly field: readonly {
    readonly number: number;
    readonly label: string;
    readonly type: string;
    readonly typeName: string;
  }[];
  readonly nestedType: readonly Descriptor[];
}

const isUnpackable = (type: string): boolean => type === 'TYPE_STRING' || type === 'TYPE_BYTES';

/** Returns the shape of a message type of a package, by its name, e.g. `Outer.Inner`. */
export function messageShape(packageName: string, name: string, protos: PackageDefinition): MessageShape {
  const [outer = '', ...inner] = name.split('.');
  let found = (protos[`${packageName}.${outer}`] as MessageTypeDefinition<object, object> | undefined)?.type as
    | Descriptor
    | undefined;
  for (const part of inner) found = found?.nestedType.find((nested) => nested.name === part);
  if (found === undefined) throw new ParetoError('internal', `the proto files do not define ${packageName}.${name}`);
  return shapeOf(found, (typeName) => messageShape(packageName, typeName, protos));
}

function shapeOf({ field, nestedType }: Descriptor, find: (typeName: string) => MessageShape): MessageShape {
  const messages = field.filter(({ type }) => type === 'TYPE_MESSAGE');
  const numbers = field.filter(
    ({ label, type }) => label === 'LABEL_REPEATED' && type !== 'TYPE_MESSAGE' && !isUnpackable(type),
  );
  const ofType = (typeName: string): (() => MessageShape) => {
    let shape: MessageShape | undefined;
    const nested = nestedType.find(({ name }) => name === typeName);
    return () => (shape ??= nested === undefined ? find(typeName) : shapeOf(nested, find));
  };
  return {
    messages: new Map(messages.map(({ number, typeName }) => [number, ofType(typeName)])),
    packed: new Set(numbers.map(({ number }) => number)),
    texts: new Set(field.filter(({ type }) => type === 'TYPE_STRING').map(({ number }) => number)),
  };
}

const { smallMessageBytes: maxTextBytes } = defaultLimits;

function checkText(length: number): void {
  if (length <= maxTextBytes) return;
  const message = `a text of the message has ${length} bytes: expected at most ${maxTextBytes}`;
  throw limitError('smallMessageBytes', 'invalid-argument', message);
}

/**
 * Throws `invalid-argument` if a message has more than `max` fields and packed numbers on all its levels together, a text
 * of more than 1 MiB, or is malformed.
 */
export function checkFieldCount(body: Buffer, shape: MessageShape, max: number): void {
  const reader = protobuf.Reader.create(body);
  let left = max;
  const take = (count: number): void => {
    left -= count;
    if (left < 0) throw limitError('fields', 'invalid-argument', `the message has more than ${max} fields: send fewer`);
  };
  const walk = (end: number, { messages, packed, texts }: MessageShape): void => {
    while (reader.pos < end) {
      take(1);
      const tag = reader.uint32();
      if ((tag & 7) !== 2) {
        reader.skipType(tag & 7);
        continue;
      }
      const length = reader.uint32();
      const fieldEnd = reader.pos + length;
      if (fieldEnd > end) throw new RangeError('a field extends beyond the end of its message');
      const nested = messages.get(tag >>> 3);
      if (nested !== undefined) walk(fieldEnd, nested());
      // Each packed number has at least one byte.
      else if (packed.has(tag >>> 3)) take(length);
      else if (texts.has(tag >>> 3)) checkText(length);
      reader.pos = fieldEnd;
    }
  };
  walk(body.length, shape);
}
