// Reads the protocol's maps of InferParameter.

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

/** Returns the protocol's `priority`: 1 is the most urgent. Infinity if it is missing or 0. */
export function priorityOf(parameters: ReadonlyMap<string, ParameterValue>): number {
  const priority = parameters.get('priority');
  return typeof priority === 'number' && priority > 0 ? priority : Infinity;
}
