// What the fields of a message become when it is decoded.

import protobuf from 'protobufjs';

/** The part of a message type that determines what its fields become. */
export interface MessageShape {
  /** Fields that are messages. */
  readonly messages: ReadonlyMap<number, () => MessageShape>;
  /** Repeated fields of varints, which may be packed. */
  readonly packed: ReadonlySet<number>;
  readonly texts: ReadonlySet<number>;
  /** Set if the fields are the elements of a tensor, which are not decoded if they are packed. */
  readonly isTensor: boolean;
}

/** A field of a message, or the key or value of an entry of a map. */
interface Field {
  readonly id: number;
  /** Name of a scalar type, or of the message or the enum. */
  readonly type: string;
  readonly repeated: boolean;
  readonly resolvedType: protobuf.Type | protobuf.Enum | null;
  /** Shape of the entries of a map. */
  readonly entries?: () => MessageShape;
}

const varints: ReadonlySet<string> = new Set(['bool', 'int32', 'int64', 'sint32', 'sint64', 'uint32', 'uint64']);

/** Returns the shape of a message type. */
export function messageShape({ name, fieldsArray }: protobuf.Type): MessageShape {
  return shapeOf(name, fieldsArray.map(fieldOf));
}

function fieldOf(unresolved: protobuf.Field): Field {
  const field = unresolved.resolve();
  const { id, type, repeated, resolvedType } = field;
  if (!(field instanceof protobuf.MapField)) return { id, type, repeated, resolvedType };
  const key = { id: 1, type: field.keyType, repeated: false, resolvedType: null };
  const value = { id: 2, type, repeated: false, resolvedType };
  return { id, type: '', repeated: true, resolvedType: null, entries: () => shapeOf('', [key, value]) };
}

function shapeOf(name: string, fields: readonly Field[]): MessageShape {
  const idsOf = (has: (field: Field) => boolean): ReadonlySet<number> =>
    new Set(fields.filter(has).map(({ id }) => id));
  return {
    messages: new Map(
      fields.flatMap(({ id, resolvedType, entries }) => {
        const find = resolvedType instanceof protobuf.Type ? () => messageShape(resolvedType) : entries;
        return find === undefined ? [] : [[id, once(find)] as const];
      }),
    ),
    packed: idsOf(({ repeated, type, resolvedType }) => repeated && (varints.has(type) || isEnum(resolvedType))),
    texts: idsOf(({ type }) => type === 'string'),
    isTensor: name === 'InferTensorContents',
  };
}

const isEnum = (type: Field['resolvedType']): boolean => type instanceof protobuf.Enum;

function once<T>(create: () => T): () => T {
  let created: T | undefined;
  return () => (created ??= create());
}
