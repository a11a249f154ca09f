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

/** Encodes elements as the data of a BYTES tensor. */
export function fromTexts(texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

export interface TextType {
  /** Bytes per element. Trailing NUL characters are padding. */
  readonly bytes: number;
  readonly decode: (element: Buffer) => string;
}

/** Parses NumPy's `<U12` (12 characters of 4 bytes) and `|S12` (12 bytes). Undefined for any other type. */
export function textTypeOf(descr: string): TextType | undefined {
  const [, kind, length] = /^(<U|\|S)(\d+)$/.exec(descr) ?? [];
  if (length === undefined) return undefined;
  return kind === '<U'
    ? { bytes: 4 * Number(length), decode: decodeUtf32 }
    : { bytes: Number(length), decode: (element) => untilNul(element.toString('utf8')) };
}

const untilNul = (text: string): string => text.replace(/\0+$/, '');

function decodeUtf32(element: Buffer): string {
  let text = '';
  for (let offset = 0; offset < element.length; offset += 4) {
    const point = element.readUInt32LE(offset);
    text += String.fromCodePoint(point <= 0x10ffff ? point : 0xfffd);
  }
  return untilNul(text);
}
