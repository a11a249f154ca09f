// Converts BYTES elements to strings for onnxruntime-node and back, without loss for any bytes.

import { isUtf8 } from 'node:buffer';

// onnxruntime-node passes a string as UTF-8 that ends at a NUL. Therefore a NUL, and every byte that is not part of
// valid UTF-8, is escaped as one character of Unicode's last private plane: U+10FE00 plus the byte. Bytes that encode
// such a character are escaped one by one, so that they are not mistaken for an escape.
const highSurrogate = '\udbff';
const firstLowSurrogate = 0xde00;
const escapes = /\udbff[\ude00-\udeff]/g;
const isEscaped = /\0|\udbff[\ude00-\udeff]/;

const escapeOf = (byte: number): string => highSurrogate + String.fromCharCode(firstLowSurrogate + byte);

/** Returns the text from which `bytesOfText` returns the same bytes. */
export function textOfBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) {
    const text = bytes.toString('utf8');
    if (!isEscaped.test(text)) return text;
  }
  const parts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = lengthOf(bytes, at);
    parts.push(length === 0 ? escapeOf(bytes[at] ?? 0) : bytes.toString('utf8', at, at + length));
    at += Math.max(1, length);
  }
  return parts.join('');
}

/** Returns the length in bytes of the character at `at`, or 0 if its first byte must be escaped. */
function lengthOf(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first === 0) return 0;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const character = bytes.subarray(at, at + length);
  if (character.length < length || !isUtf8(character)) return 0;
  return length === 4 && isEscaped.test(character.toString('utf8')) ? 0 : length;
}

/** Returns the bytes of a text from ONNX Runtime. */
export function bytesOfText(text: string): Buffer {
  if (!text.includes(highSurrogate)) return Buffer.from(text);
  const parts: Buffer[] = [];
  let from = 0;
  for (const { index } of text.matchAll(escapes)) {
    parts.push(Buffer.from(text.slice(from, index)), Buffer.from([text.charCodeAt(index + 1) - firstLowSurrogate]));
    from = index + 2;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(from))]);
}
