// Reads and writes the protocol's maps of InferParameter.

import type protobuf from 'protobufjs/minimal.js';
import { checkRoom, readName, readNested, readText, type Reader } from './reader.js';

export type ParameterValue = boolean | number | string;

/** The field of InferParameter that has the value. `none` if no field is set. */
export type ParameterKind = 'bool' | 'int64' | 'string' | 'double' | 'uint64' | 'none';

/** A value to send: a bigint as an integer, a number as a double. */
export type ParameterInput = ParameterValue | bigint;

interface Choice {
  readonly value: ParameterValue;
  readonly kind: ParameterKind;
}

function readValue(reader: Reader): Choice | undefined {
  let choice: Choice | undefined;
  readNested(reader, (number) => {
    if (number === 1) choice = { kind: 'bool', value: reader.bool() };
    else if (number === 2) choice = { kind: 'int64', value: Number(reader.int64()) };
    else if (number === 3) choice = { kind: 'string', value: readText(reader) };
    else if (number === 4) choice = { kind: 'double', value: reader.double() };
    else if (number === 5) choice = { kind: 'uint64', value: Number(reader.uint64()) };
    else return false;
    return true;
  });
  return choice;
}

/** Reads one entry of a `map<string, InferParameter>`; an entry without a value reads as an empty string. */
function readParameter(reader: Reader): [name: string, value: ParameterValue, kind: ParameterKind] {
  let name = '';
  let choice: Choice | undefined;
  readNested(reader, (number) => {
    if (number === 1) name = readName(reader, 'the name of a parameter');
    else if (number === 2) choice = readValue(reader);
    else return false;
    return true;
  });
  return [name, choice?.value ?? '', choice?.kind ?? 'none'];
}

/** The values of a parameter map, and the fields that had them. */
export interface ScannedParameters {
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  readonly kinds: ReadonlyMap<string, ParameterKind>;
}

export const noParameters: ScannedParameters = { parameters: new Map(), kinds: new Map() };

/** Reads an entry into the parameters before it, and returns all. Allocates nothing without entries. */
export function addParameter(before: ScannedParameters, reader: Reader): ScannedParameters {
  const [name, value, kind] = readParameter(reader);
  checkRoom('parameters', { length: before.parameters.size });
  const after = before === noParameters ? { parameters: new Map(), kinds: new Map() } : before;
  (after.parameters as Map<string, ParameterValue>).set(name, value);
  (after.kinds as Map<string, ParameterKind>).set(name, kind);
  return after;
}

const maxInt64 = 2n ** 63n - 1n;

function writeValue(writer: protobuf.Writer, value: ParameterInput): void {
  if (typeof value === 'boolean') writer.uint32(8).bool(value);
  else if (typeof value === 'string') writer.uint32(26).string(value);
  else if (typeof value === 'number') writer.uint32(33).double(value);
  else if (value > maxInt64) writer.uint32(40).uint64(String(value));
  else writer.uint32(16).int64(String(value));
}

/**
 * Writes the entries of a map with field number `field`. Bigints are int64_param, or uint64_param if they do not fit.
 */
export function writeParameters(
  writer: protobuf.Writer,
  field: number,
  parameters: Iterable<readonly [string, ParameterInput]>,
): void {
  for (const [name, value] of parameters) {
    writer.uint32((field << 3) | 2).fork();
    writer.uint32(10).string(name);
    writer.uint32(18).fork();
    writeValue(writer, value);
    writer.ldelim();
    writer.ldelim();
  }
}

/** Returns the protocol's `priority`: 1 is the most urgent. Infinity if it is missing or 0. */
export function priorityOf(parameters: ReadonlyMap<string, ParameterValue>): number {
  const priority = parameters.get('priority');
  return typeof priority === 'number' && priority > 0 ? priority : Infinity;
}
