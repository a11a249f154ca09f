import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bytesOfText, textOfBytes } from '../../src/sessions/strings.js';

/** Returns what ONNX Runtime receives of a text: its UTF-8 up to a NUL. */
const received = (text: string): string => Buffer.from(text).toString('utf8').split('\0')[0] ?? '';

const special = fc.constantFrom('\0', '\u{10fe80}', '\u{10feff}', 'ü', '\ufeff', '\u{1f600}', '\xff');
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((some) => Buffer.from(some)),
  fc.array(special).map((some) => Buffer.from(some.join(''))),
  fc.array(special).map((some) => Buffer.from(some.join(''), 'latin1')),
);

describe('BYTES as strings', () => {
  it('are unchanged after conversion in both directions, for any bytes', () => {
    fc.assert(
      fc.property(bytes, (given) => assert.deepEqual(bytesOfText(received(textOfBytes(given))), given)),
      { numRuns: 500 },
    );
  });

  it('are the text itself for valid UTF-8', () => {
    for (const text of ['', 'a', 'ü', 'ab\u{1f600}c', '\ufeffx']) assert.equal(textOfBytes(Buffer.from(text)), text);
  });

  it('differ if the bytes differ', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => assert.equal(textOfBytes(a) === textOfBytes(b), a.equals(b))),
      { numRuns: 300 },
    );
  });
});
