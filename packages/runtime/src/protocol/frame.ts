// Frames on the executor's socket: two lengths, a JSON header, and the tensors, each aligned to 8 bytes.

import { ParetoError } from '@pareto/core';

const prefixBytes = 8;
const maxBodyBytes = 2 ** 31 - 1;
const zeros = Buffer.alloc(8);
/** Size below which copying a frame and writing it once is cheaper than a gathering write. */
const copyBelow = 32 * 1024;

const padding = (length: number): number => -length & 7;

/**
 * Returns the chunks of one frame, in order. The slices of a tensor follow each other without a gap, and are copied
 * only if the whole frame is small. Throws `resource-exhausted` if the frame is too large.
 */
export function encodeFrame(header: object, tensors: readonly (readonly Uint8Array[])[] = []): readonly Uint8Array[] {
  const json = Buffer.from(JSON.stringify(header));
  const chunks: Uint8Array[] = [json, zeros.subarray(0, padding(json.length))];
  let bodyBytes = json.length + padding(json.length);
  for (const slices of tensors) {
    let length = 0;
    for (const slice of slices) {
      chunks.push(slice);
      length += slice.length;
    }
    chunks.push(zeros.subarray(0, padding(length)));
    bodyBytes += length + padding(length);
  }
  if (bodyBytes > maxBodyBytes) {
    throw new ParetoError(
      'resource-exhausted',
      `a batch of ${bodyBytes} bytes exceeds the limit of ${maxBodyBytes} bytes; send smaller requests`,
    );
  }
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32LE(bodyBytes, 0);
  prefix.writeUInt32LE(json.length, 4);
  chunks.unshift(prefix);
  return bodyBytes < copyBelow ? [Buffer.concat(chunks)] : chunks.filter((chunk) => chunk.length > 0);
}

interface FrameHeader {
  readonly tensors?: readonly { readonly byteLength: number }[];
}

function openFrame(body: Buffer, headerBytes: number): readonly [header: unknown, tensors: readonly Buffer[]] {
  const header = JSON.parse(body.toString('utf8', 0, headerBytes)) as FrameHeader;
  let offset = headerBytes + padding(headerBytes);
  const tensors = (header.tensors ?? []).map(({ byteLength }) => {
    const tensor = body.subarray(offset, offset + byteLength);
    offset += byteLength + padding(byteLength);
    return tensor;
  });
  return [header, tensors];
}

/**
 * Returns a function that splits a byte stream into frames. Each frame has a buffer of its own, so that its tensors can
 * be used without a copy. Each tensor is aligned to 8 bytes.
 */
export function createFrameReader(
  onFrame: (header: unknown, tensors: readonly Buffer[]) => void,
): (chunk: Buffer) => void {
  const prefix = Buffer.alloc(prefixBytes);
  let target = prefix;
  let filled = 0;
  return (chunk) => {
    let offset = 0;
    while (offset < chunk.length) {
      const copied = chunk.copy(target, filled, offset);
      offset += copied;
      filled += copied;
      if (filled < target.length) return;
      filled = 0;
      if (target === prefix) {
        target = Buffer.allocUnsafe(prefix.readUInt32LE(0));
      } else {
        const body = target;
        target = prefix;
        onFrame(...openFrame(body, prefix.readUInt32LE(4)));
      }
    }
  };
}
