// Reads and writes text: NumPy's arrays of strings, and BYTES tensors, whose elements each follow their length in 4
// bytes.

/** Decodes the elements of a BYTES tensor. */
export function toTexts({ data }: { readonly data: Uint8Array }): readonly string[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const texts: string[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const end = offset + 4 + bytes.readUInt32LE(offset);
    texts.push(bytes.toString('utf8', offset + 4, end));
    offset = end;
  }
  return texts;
}

export interface TextType {
  /** Bytes per element. Trailing NUL characters are padding. */
  readonly bytes: number;
  /** Writes an element as UTF-8, without its padding, and returns the number of bytes. */
  readonly write: (element: Buffer, to: Buffer) => number;
}

/** Parses NumPy's `<U12` (12 characters of 4 bytes) and `|S12` (12 bytes). Undefined for any other type. */
export function textTypeOf(descr: string): TextType | undefined {
  const [, kind, length] = /^(<U|\|S)(\d{1,9})$/.exec(descr) ?? [];
  if (length === undefined) return undefined;
  return kind === '<U'
    ? { bytes: 4 * Number(length), write: writeUtf32 }
    : { bytes: Number(length), write: writeBytes };
}

function writeBytes(element: Buffer, to: Buffer): number {
  let { length } = element;
  while (length > 0 && element[length - 1] === 0) length--;
  return element.copy(to, 0, 0, length);
}

function writeUtf32(element: Buffer, to: Buffer): number {
  let { length } = element;
  while (length > 0 && element.readUInt32LE(length - 4) === 0) length -= 4;
  let text = '';
  for (let offset = 0; offset < length; offset += 4) {
    const point = element.readUInt32LE(offset);
    text += String.fromCodePoint(point <= 0x10ffff ? point : 0xfffd);
  }
  return to.write(text);
}
