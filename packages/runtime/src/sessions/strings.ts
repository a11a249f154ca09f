// BYTES as the strings that ONNX Runtime takes from Node: any bytes, and the same ones back.

import { isUtf8 } from 'node:buffer';

// On its way to ONNX Runtime a string becomes UTF-8, and ends at a NUL. Every byte that is no part of valid UTF-8, and a NUL, goes as a
// character of its own, at the end of Unicode's last private plane: U+10FE00 and the byte. Bytes that spell such a character
// go one by one, so that nothing is mistaken for it.
const high = '\udbff';
const firstLow = 0xde00;
const escapes = /\udbff[\ude00-\udeff]/g;
const isEscaped = /\0|\udbff[\ude00-\udeff]/;

const escapeOf = (byte: number): string => high + String.fromCharCode(firstLow + byte);

/** Text that `bytesOfText` makes the same bytes of. */
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

/** Of the character that begins at `at`; 0: its first byte goes as an escape. */
function lengthOf(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first === 0) return 0;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const character = bytes.subarray(at, at + length);
  if (character.length < length || !isUtf8(character)) return 0;
  return length === 4 && isEscaped.test(character.toString('utf8')) ? 0 : length;
}

/** The bytes of a text that ONNX Runtime gave. */
export function bytesOfText(text: string): Buffer {
  if (!text.includes(high)) return Buffer.from(text);
  const parts: Buffer[] = [];
  let from = 0;
  for (const { index } of text.matchAll(escapes)) {
    parts.push(Buffer.from(text.slice(from, index)), Buffer.from([text.charCodeAt(index + 1) - firstLow]));
    from = index + 2;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(from))]);
}
