import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bytesOfText, textOfBytes } from '../../src/sessions/strings.js';

/** What is kept of a text on its way to ONNX Runtime: its UTF-8, up to a NUL. */
const carried = (text: string): string => Buffer.from(text).toString('utf8').split('\0')[0] ?? '';

const special = fc.constantFrom('\0', '\u{10fe80}', '\u{10feff}', 'ü', '\ufeff', '\u{1f600}', '\xff');
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((some) => Buffer.from(some)),
  fc.array(special).map((some) => Buffer.from(some.join(''))),
  fc.array(special).map((some) => Buffer.from(some.join(''), 'latin1')),
);

describe('BYTES as strings', () => {
  it('come back as they were, whatever they are', () => {
    fc.assert(
      fc.property(bytes, (given) => assert.deepEqual(bytesOfText(carried(textOfBytes(given))), given)),
      { numRuns: 500 },
    );
  });

  it('are the text that they spell', () => {
    for (const text of ['', 'a', 'ü', 'ab\u{1f600}c', '\ufeffx']) assert.equal(textOfBytes(Buffer.from(text)), text);
  });

  it('differ when the bytes do', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => assert.equal(textOfBytes(a) === textOfBytes(b), a.equals(b))),
      { numRuns: 300 },
    );
  });
});
