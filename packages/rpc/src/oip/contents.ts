// Typed tensor contents to raw bytes and back, by a direct scan of the packed field.

import protobuf from 'protobufjs/minimal.js';
import { elementBytes, errorText, ParetoError, type DataType } from '@pareto/core';
import { readFields, readView } from './reader.js';

type Reader = protobuf.Reader;
type Writer = protobuf.Writer;

interface Codec {
  /** Field of InferTensorContents. */
  readonly field: number;
  readonly wireType: number;
  readonly read: (reader: Reader, out: DataView, offset: number) => void;
  readonly write: (writer: Writer, raw: DataView, offset: number) => void;
}

const little = true;

function readInt64(reader: Reader, out: DataView, offset: number): void {
  const { low, high } = reader.int64();
  out.setInt32(offset, low, little);
  out.setInt32(offset + 4, high, little);
}

const halves = (raw: DataView, offset: number, unsigned: boolean): protobuf.Long =>
  new protobuf.util.Long(raw.getInt32(offset, little), raw.getInt32(offset + 4, little), unsigned);

// FP16 and BF16 have no typed form: they always travel raw. BYTES are handled apart.
const codecs: Partial<Record<DataType, Codec>> = {
  BOOL: {
    field: 1,
    wireType: 0,
    read: (r, o, i) => o.setUint8(i, r.bool() ? 1 : 0),
    write: (w, d, i) => w.bool(d.getUint8(i) !== 0),
  },
  INT8: {
    field: 2,
    wireType: 0,
    read: (r, o, i) => o.setInt8(i, r.int32()),
    write: (w, d, i) => w.int32(d.getInt8(i)),
  },
  INT16: {
    field: 2,
    wireType: 0,
    read: (r, o, i) => o.setInt16(i, r.int32(), little),
    write: (w, d, i) => w.int32(d.getInt16(i, little)),
  },
  INT32: {
    field: 2,
    wireType: 0,
    read: (r, o, i) => o.setInt32(i, r.int32(), little),
    write: (w, d, i) => w.int32(d.getInt32(i, little)),
  },
  INT64: {
    field: 3,
    wireType: 0,
    read: (r, o, i) => readInt64(r, o, i),
    write: (w, d, i) => w.int64(halves(d, i, false)),
  },
  UINT8: {
    field: 4,
    wireType: 0,
    read: (r, o, i) => o.setUint8(i, r.uint32()),
    write: (w, d, i) => w.uint32(d.getUint8(i)),
  },
  UINT16: {
    field: 4,
    wireType: 0,
    read: (r, o, i) => o.setUint16(i, r.uint32(), little),
    write: (w, d, i) => w.uint32(d.getUint16(i, little)),
  },
  UINT32: {
    field: 4,
    wireType: 0,
    read: (r, o, i) => o.setUint32(i, r.uint32(), little),
    write: (w, d, i) => w.uint32(d.getUint32(i, little)),
  },
  UINT64: {
    field: 5,
    wireType: 0,
    read: (r, o, i) => readInt64(r, o, i),
    write: (w, d, i) => w.uint64(halves(d, i, true)),
  },
  FP32: {
    field: 6,
    wireType: 5,
    read: (r, o, i) => o.setFloat32(i, r.float(), little),
    write: (w, d, i) => w.float(d.getFloat32(i, little)),
  },
  FP64: {
    field: 7,
    wireType: 1,
    read: (r, o, i) => o.setFloat64(i, r.double(), little),
    write: (w, d, i) => w.double(d.getFloat64(i, little)),
  },
};

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function refuse(message: string): never {
  throw new ParetoError('invalid-argument', message);
}

function decodeBytes(contents: Buffer): Buffer {
  const parts: Buffer[] = [];
  const reader = protobuf.Reader.create(contents);
  readFields(reader, reader.len, (field) => {
    if (field !== 8) return false;
    const element = readView(reader);
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32LE(element.length);
    parts.push(length, element);
    return true;
  });
  return Buffer.concat(parts);
}

/**
 * Raw little-endian bytes of typed contents. `elements` is how many the shape asks for (BYTES: not checked here).
 * Throws `invalid-argument`, naming `input`, when the count differs, the datatype has no typed form, or the bytes are none.
 */
export function decodeTypedContents(input: string, datatype: DataType, contents: Buffer, elements: number): Buffer {
  try {
    return datatype === 'BYTES' ? decodeBytes(contents) : decodeNumbers(input, datatype, contents, elements);
  } catch (error) {
    if (error instanceof ParetoError) throw error;
    return refuse(`input '${input}': its contents are not InferTensorContents: ${errorText(error)}`);
  }
}

function decodeNumbers(input: string, datatype: DataType, contents: Buffer, elements: number): Buffer {
  const codec =
    codecs[datatype] ?? refuse(`input '${input}': ${datatype} has no typed contents: send it as raw_input_contents`);
  const size = elementBytes[datatype];
  // Room for what came, whatever the shape says: an element takes a byte at least.
  const room = Math.min(elements, contents.length);
  const out = Buffer.alloc(room * size);
  const data = view(out);
  const reader = protobuf.Reader.create(contents);
  let count = 0;
  const take = (): void => {
    if (count < room) codec.read(reader, data, count * size);
    else reader.skipType(codec.wireType);
    count++;
  };
  readFields(reader, reader.len, (field, wireType) => {
    if (field !== codec.field) return false;
    if (wireType !== 2) take();
    else for (const end = reader.uint32() + reader.pos; reader.pos < end;) take();
    return true;
  });
  if (count === elements) return out;
  return refuse(`input '${input}': expected ${elements} elements of ${datatype} for its shape, got ${count}`);
}

/** Whether a datatype can travel as typed contents. */
export const hasTypedContents = (datatype: DataType): boolean => datatype === 'BYTES' || codecs[datatype] !== undefined;

/** Writes raw bytes as InferTensorContents under `field` of the message being written. */
export function writeTypedContents(writer: Writer, field: number, datatype: DataType, raw: Buffer): void {
  writer.uint32((field << 3) | 2).fork();
  if (datatype === 'BYTES') {
    for (let offset = 0; offset < raw.length;) {
      const length = raw.readUInt32LE(offset);
      writer.uint32(66).bytes(raw.subarray(offset + 4, offset + 4 + length));
      offset += 4 + length;
    }
  } else {
    const codec = codecs[datatype];
    if (codec === undefined) throw new ParetoError('internal', `${datatype} has no typed contents`);
    const data = view(raw);
    writer.uint32((codec.field << 3) | 2).fork();
    for (let offset = 0; offset < raw.length; offset += elementBytes[datatype]) codec.write(writer, data, offset);
    writer.ldelim();
  }
  writer.ldelim();
}
