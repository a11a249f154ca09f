// Encodes and decodes the headers of messages: binary for runs and results, and JSON for all others, which are rare.

import { elementBytes, type DataType } from '@pareto/core';
import type { FromExecutor, Request, ResultHeader, RunHeader, TensorHeader } from './protocol.js';

export type Header = Request | FromExecutor;

/** Codes of the kinds of messages. All others have the code 0. */
const codes = { run: 1, result: 2 } as const;
const datatypes = Object.keys(elementBytes) as DataType[];
const datatypeCodes = new Map(datatypes.map((datatype, code) => [datatype, code]));

export const codeOf = ({ kind }: Header): number => (kind === 'run' || kind === 'result' ? codes[kind] : 0);

const initialBytes = 1024;

/** Bytes of a header that is written. They are used again for the next one. */
class HeaderWriter {
  #bytes = Buffer.allocUnsafeSlow(initialBytes);
  #length = 0;

  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
  start(): this {
    this.#length = 0;
    return this;
  }
  uint(value: number): this {
    const at = this.#take(4);
    this.#bytes.writeUInt32LE(value, at);
    return this;
  }
  double(value: number): this {
    const at = this.#take(8);
    this.#bytes.writeDoubleLE(value, at);
    return this;
  }
  text(value: string): this {
    const length = Buffer.byteLength(value);
    this.uint(length);
    const at = this.#take(length);
    this.#bytes.write(value, at);
    return this;
  }
  #take(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * this.#length);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    return at;
  }
}

const writer = new HeaderWriter();

/** Returns the bytes of a header, which are valid until the next call. */
export function encodeHeader(header: Header): Buffer {
  if (header.kind === 'run') return encodeRun(header);
  if (header.kind === 'result') return encodeResult(header);
  return Buffer.from(JSON.stringify(header));
}

function encodeRun({ session, outputs, tensors }: RunHeader): Buffer {
  writer.start().uint(session).uint(outputs.length);
  for (const name of outputs) writer.text(name);
  return writeTensors(tensors);
}

function encodeResult({ computeMs, tensors }: ResultHeader): Buffer {
  writer.start().double(computeMs);
  return writeTensors(tensors);
}

function writeTensors(tensors: readonly TensorHeader[]): Buffer {
  writer.uint(tensors.length);
  for (const { name, datatype, shape, byteLength } of tensors) {
    writer.text(name);
    writer.uint(datatypeCodes.get(datatype) ?? 0);
    writer.uint(byteLength);
    writer.uint(shape.length);
    for (const dim of shape) writer.double(dim);
  }
  return writer.written;
}

class HeaderReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  uint(): number {
    const value = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }
  double(): number {
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }
  text(): string {
    const length = this.uint();
    const from = this.#at;
    this.#at += length;
    return this.#bytes.toString('utf8', from, this.#at);
  }
}

/** Decodes a header. Bytes after it are ignored, unless it is JSON. */
export function decodeHeader(code: number, bytes: Buffer): Header {
  if (code === codes.run) return decodeRun(new HeaderReader(bytes));
  if (code === codes.result) return decodeResult(new HeaderReader(bytes));
  return JSON.parse(bytes.toString()) as Header;
}

function decodeRun(reader: HeaderReader): RunHeader {
  const session = reader.uint();
  const outputs: string[] = [];
  for (let left = reader.uint(); left > 0; left--) outputs.push(reader.text());
  return { kind: 'run', session, outputs, tensors: readTensors(reader) };
}

function decodeResult(reader: HeaderReader): ResultHeader {
  const computeMs = reader.double();
  return { kind: 'result', computeMs, tensors: readTensors(reader) };
}

function readTensors(reader: HeaderReader): readonly TensorHeader[] {
  const tensors: TensorHeader[] = [];
  for (let left = reader.uint(); left > 0; left--) {
    const name = reader.text();
    const datatype = datatypes[reader.uint()] ?? 'BYTES';
    const byteLength = reader.uint();
    const shape: number[] = [];
    for (let dims = reader.uint(); dims > 0; dims--) shape.push(reader.double());
    tensors.push({ name, datatype, shape, byteLength });
  }
  return tensors;
}
