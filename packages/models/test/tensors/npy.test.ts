import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import fc from 'fast-check';
import { parseNpy } from '../../src/index.js';
import { toTexts } from '../../src/tensors/texts.js';

const headerOf = (descr: string, shape: string): string =>
  `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;

/** Creates a file with this header, in version 1 of the format. */
function file(header: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header, 'latin1'), data]);
}

describe('parseNpy', () => {
  const bad: readonly [string, Buffer, RegExp][] = [
    ['bytes of no length', file(headerOf('|S0', '1000000000')), /its type is \|S0, whose elements have no bytes/],
    ['text of no length', file(headerOf('<U0', '1000000000')), /its type is <U0, whose elements have no bytes/],
    ['a shape whose product overflows', file(headerOf('<f4', '94906267, '.repeat(2))), /which is too large/],
    ['a shape whose product is infinite', file(headerOf('<f4', '999999999999999, '.repeat(30))), /which is too large/],
    ['an endless shape without elements', file(headerOf('<f4', '0, 999999999999')), /which is too large/],
    [
      'more elements than the file holds',
      file(headerOf('<f4', '999999999999')),
      /it holds 0 bytes, expected 3999999999996/,
    ],
    [
      'too many dimensions',
      file(headerOf('<f4', '1, '.repeat(33)), Buffer.alloc(4)),
      /33 dimensions, expected at most 32/,
    ],
    [
      'a dimension with a space',
      file(headerOf('|u1', '1 0,'), Buffer.alloc(10)),
      /its shape is \(1 0,\), expected whole/,
    ],
    ['a huge header', file(headerOf('<f4', '1,').padEnd(20_000)), /its header has 20000 bytes, expected at most 16384/],
    [
      'an unknown version',
      Buffer.concat([Buffer.from('\x93NUMPY\x09\x00', 'latin1'), Buffer.alloc(99)]),
      /not in .npy/,
    ],
    [
      'two shapes, of which NumPy reads the last',
      file(headerOf('<f4', "1,), 'shape': (2,"), Buffer.alloc(4)),
      /its header is cut short or holds a structure/,
    ],
    ['a long type', file(headerOf('x'.repeat(9000), '')), /its type is x{99}…, expected/],
  ];
  for (const [what, content, message] of bad) {
    it(`rejects ${what}`, () => assert.throws(() => parseNpy('x', content), { code: 'invalid-argument', message }));
  }

  it('reads arrays without elements', () => {
    assert.deepEqual(parseNpy('x', file(headerOf('<f4', '2, 8, 0, 64'))).dims, [2, 8, 0, 64]);
    assert.deepEqual(parseNpy('x', file(headerOf('<f4', ''), Buffer.alloc(4))).dims, []);
  });

  it('reads text without its padding, and keeps its other characters', () => {
    const data = Buffer.from('a\0b\0\0\0\0\0é\0\0\0');
    const { data: elements } = parseNpy('x', file(headerOf('|S4', '3,'), data.subarray(0, 12)));
    assert.deepEqual(toTexts({ data: elements }), ['a\0b', '', 'é\0'.slice(0, 1)]);
  });

  const widths = [
    ['<f4', 4],
    ['|u1', 1],
    ['<i8', 8],
    ['|S3', 3],
    ['<U2', 8],
    ['|S1', 1],
  ] as const;
  const mutated = fc
    .record({
      ...{ type: fc.constantFrom(...widths), rows: fc.nat(9), columns: fc.nat(9) },
      edits: fc.array(fc.record({ at: fc.nat(250), value: fc.nat(255) }), { maxLength: 6 }),
      ...{ digits: fc.string({ unit: fc.constantFrom('0', '1', '9', ',', ' '), maxLength: 20 }), cut: fc.nat(40) },
    })
    .map(({ type: [descr, width], rows, columns, edits, digits, cut }) => {
      const shape = digits === '' ? `${rows}, ${columns}` : digits;
      const content = file(headerOf(descr, shape), Buffer.alloc(rows * columns * width, 0x41));
      for (const { at, value } of edits) if (at < content.length) content[at] = value;
      return cut > 20 ? content.subarray(0, Math.max(0, content.length - cut)) : content;
    });

  it('parses or rejects a mutated file, and returns at most five times its size', () =>
    fc.assert(
      fc.property(mutated, (content) => {
        try {
          const { data, dims } = parseNpy('x', content);
          assert.ok(data.buffer.byteLength <= 5 * Math.max(content.length, content.buffer.byteLength));
          assert.ok(dims.length <= 32);
        } catch (error) {
          assert.ok(error instanceof ParetoError && error.code === 'invalid-argument', String(error));
        }
      }),
      { numRuns: 2000 },
    ));
});
