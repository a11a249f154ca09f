// The protocol's InferParameter map, on the wire.

import type protobuf from 'protobufjs/minimal.js';
import { readNested } from './reader.js';

export type ParameterValue = boolean | number | string;

function readValue(reader: protobuf.Reader): ParameterValue | undefined {
  let value: ParameterValue | undefined;
  readNested(reader, (number) => {
    if (number === 1) value = reader.bool();
    else if (number === 2) value = Number(reader.int64());
    else if (number === 3) value = reader.string();
    else if (number === 4) value = reader.double();
    else if (number === 5) value = Number(reader.uint64());
    else return false;
    return true;
  });
  return value;
}

/** Reads one entry of a `map<string, InferParameter>`; an entry without a value reads as an empty string. */
export function readParameter(reader: protobuf.Reader): [name: string, value: ParameterValue] {
  let name = '';
  let value: ParameterValue | undefined;
  readNested(reader, (number) => {
    if (number === 1) name = reader.string();
    else if (number === 2) value = readValue(reader);
    else return false;
    return true;
  });
  return [name, value ?? ''];
}

/** Writes entries of a map under field `field`. Numbers are double_param. */
export function writeParameters(
  writer: protobuf.Writer,
  field: number,
  parameters: Iterable<readonly [string, ParameterValue]>,
): void {
  for (const [name, value] of parameters) {
    writer.uint32((field << 3) | 2).fork();
    writer.uint32(10).string(name);
    writer.uint32(18).fork();
    if (typeof value === 'boolean') writer.uint32(8).bool(value);
    else if (typeof value === 'string') writer.uint32(26).string(value);
    else writer.uint32(33).double(value);
    writer.ldelim();
    writer.ldelim();
  }
}
