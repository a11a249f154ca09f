// Creates random messages from the descriptors of the proto files, so that they have every field of a message.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadProtos } from '../../src/messages/load-protos.js';

interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

interface Descriptor {
  readonly field: readonly Field[];
  readonly nestedType: readonly (Descriptor & { readonly name: string })[];
  readonly enumType: readonly EnumDescriptor[];
  readonly oneofDecl: readonly { readonly name: string }[];
}

interface EnumDescriptor {
  readonly name: string;
  readonly value: readonly { readonly name: string }[];
}

/** Values of fields that accept only some values of their type, by the field's name or by `Message.field`. */
export type FieldValues = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const definitions = await loadProtos({ keepCase: false });

/** Returns the definition of a message of the package `pareto.v1`. */
export function messageDefinition(name: string): {
  readonly descriptor: Descriptor;
  readonly serialize: (message: object) => Buffer;
  readonly deserialize: (body: Buffer) => object;
} {
  const definition = definitions[`pareto.v1.${name}`];
  assert.ok(definition !== undefined && 'serialize' in definition && 'deserialize' in definition, name);
  const { type, serialize, deserialize } = definition as unknown as {
    readonly type: Descriptor;
    readonly serialize: (message: object) => Buffer;
    readonly deserialize: (body: Buffer) => object;
  };
  return { descriptor: type, serialize, deserialize };
}

function enumDescriptor(name: string, within: Descriptor): EnumDescriptor {
  const nested = within.enumType.find((each) => each.name === name);
  return nested ?? (definitions[`pareto.v1.${name}`]?.type as unknown as EnumDescriptor);
}

const integer = fc.nat({ max: 2 ** 31 - 1 });
const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  TYPE_BOOL: fc.boolean(),
  TYPE_STRING: fc.string({ maxLength: 4 }),
  TYPE_DOUBLE: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  TYPE_UINT32: integer,
  TYPE_UINT64: integer,
  TYPE_INT64: fc.integer(),
};

/** Returns messages with all fields set, except that `optional` fields may be unset. */
export function arbitraryMessage(name: string, values: FieldValues): fc.Arbitrary<object> {
  const { descriptor } = messageDefinition(name);
  const { field, oneofDecl } = descriptor;
  const isOptional = (each: Field): boolean => oneofDecl.some((oneof) => oneof.name === `_${each.name}`);
  const fields = field.map((each) => [each.name, arbitraryField(name, each, descriptor, values)] as const);
  const requiredKeys = field.filter((each) => !isOptional(each)).map((each) => each.name);
  return fc.record(Object.fromEntries(fields), { requiredKeys });
}

function arbitraryField(message: string, field: Field, within: Descriptor, values: FieldValues): fc.Arbitrary<unknown> {
  const given = values[`${message}.${field.name}`] ?? values[field.name];
  if (given !== undefined) return given;
  const map = within.nestedType.find((each) => each.name === field.typeName);
  const value = map?.field.find((each) => each.name === 'value');
  if (value !== undefined) return fc.dictionary(fc.constantFrom('1', '2', '3'), arbitraryValue(value, within, values));
  const one = arbitraryValue(field, within, values);
  return field.label === 'LABEL_REPEATED' ? fc.array(one, { maxLength: 3 }) : one;
}

function arbitraryValue({ type, typeName }: Field, within: Descriptor, values: FieldValues): fc.Arbitrary<unknown> {
  if (type === 'TYPE_MESSAGE') return arbitraryMessage(typeName, values);
  if (type === 'TYPE_ENUM') return fc.constantFrom(...enumDescriptor(typeName, within).value.map(({ name }) => name));
  const scalar = scalars[type];
  assert.ok(scalar !== undefined, `no random values for ${type}`);
  return scalar;
}
