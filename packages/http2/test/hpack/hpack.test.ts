import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HpackDecoder } from '../../src/hpack/decoder.js';
import { HpackEncoder } from '../../src/hpack/encoder.js';
import { headerList, HeaderList } from '../../src/hpack/header-list.js';
import { codeLengths, decodeHuffman } from '../../src/hpack/huffman.js';
import { ConnectionError, errorCodes } from '../../src/http2-errors.js';
import { rfcExamples } from './rfc-examples.js';

const createDecoder = (maxListBytes = 65_536): HpackDecoder => new HpackDecoder(maxListBytes);

const decodeBlock = (decoder: HpackDecoder, block: Buffer): HeaderList | undefined =>
  // Bytes around the block must not matter.
  decoder.decode(Buffer.concat([Buffer.from([0x82, 0xff]), block, Buffer.from([0x82])]), 2, 2 + block.length);

const decode = (decoder: HpackDecoder, block: Buffer): readonly string[] | undefined =>
  decodeBlock(decoder, block)?.fields;

const encode = (encoder: HpackEncoder, list: HeaderList, extra?: readonly string[]): Buffer => {
  encoder.encode(list, extra);
  return Buffer.from(encoder.block.subarray(0, encoder.length));
};

const grpc = headerList({
  ':method': 'POST',
  ':scheme': 'http',
  ':path': '/inference.GRPCInferenceService/ModelInfer',
  ':authority': '127.0.0.1:8001',
  te: 'trailers',
  'content-type': 'application/grpc',
});

/** The Huffman codes of the octets, as texts of bits. Codes are in the order of their lengths, and then of their octets. */
const huffmanCodes = new Map<number, string>();
let nextCode = 0n;
for (const [symbol, length] of [...codeLengths.entries()].sort(([, a], [, b]) => a - b)) {
  huffmanCodes.set(symbol, (nextCode >> BigInt(32 - length)).toString(2).padStart(length, '0'));
  nextCode += 1n << BigInt(32 - length);
}

function encodeHuffman(octets: string): Buffer {
  const bits = Array.from(Buffer.from(octets, 'latin1'), (octet) => huffmanCodes.get(octet)).join('');
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

describe('HPACK', () => {
  for (const { title, resize, isEncoded, blocks } of rfcExamples) {
    it(`decodes the example ${title}`, () => {
      const decoder = createDecoder();
      decode(decoder, Buffer.from(resize ?? '', 'hex'));
      for (const [hex, fields] of blocks) assert.deepEqual(decode(decoder, Buffer.from(hex, 'hex')), fields);
    });
    if (isEncoded !== true) continue;
    it(`encodes the example ${title}`, () => {
      const encoder = new HpackEncoder();
      for (const [hex, fields] of blocks) assert.equal(encode(encoder, new HeaderList(fields)).toString('hex'), hex);
    });
  }

  it('encodes a repeated list as one byte for each field, and decodes it as the same list', () => {
    const [encoder, decoder] = [new HpackEncoder(), createDecoder()];
    const lists = Array.from({ length: 6 }, () => decodeBlock(decoder, encode(encoder, grpc)));
    for (const list of lists) assert.deepEqual(list?.fields, grpc.fields);
    assert.equal(encode(encoder, grpc).length, 6);
    assert.equal(lists[4], lists[5]);
    // Another list changes the table, so the same bytes would mean something else.
    decode(decoder, encode(encoder, headerList({ 'x-other': 'value' })));
    for (let count = 0; count < 6; count++) assert.deepEqual(decode(decoder, encode(encoder, grpc)), grpc.fields);
  });

  it('decodes a repeated block that is too long to be kept', () => {
    const [encoder, decoder] = [new HpackEncoder(), createDecoder()];
    const value = 'ÿ'.repeat(300);
    for (let count = 0; count < 4; count++)
      assert.deepEqual(decode(decoder, encode(encoder, grpc, ['x-long', value])), [...grpc.fields, 'x-long', value]);
  });

  it('adds the names of extra fields to the table while it has room, and no further values', () => {
    const [encoder, decoder] = [new HpackEncoder(), createDecoder()];
    const sizes = [1, 2, 3].map((timeout) => {
      const block = encode(encoder, grpc, ['grpc-timeout', `${timeout}m`]);
      assert.deepEqual(decode(decoder, block), [...grpc.fields, 'grpc-timeout', `${timeout}m`]);
      return block.length;
    });
    assert.equal(sizes[1], sizes[2]);
    assert.equal(sizes[2], grpc.fields.length / 2 + 5);
    for (let count = 0; count < 200; count++) encode(encoder, grpc, [`x-${count}`, 'v'.repeat(50)]);
    assert.equal(encode(encoder, grpc, ['grpc-timeout', '4m']).length, sizes[2]);
  });

  const text = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
  const name = fc.oneof(fc.constantFrom(':path', ':status', 'date', 'grpc-status', 'x-a', 'x-b'), text);
  const value = fc.oneof(fc.constantFrom('/', '200', '0', 'x'.repeat(300)), text);
  const list = fc.array(fc.tuple(name, value)).map((fields) => new HeaderList(fields.flat()));

  it('decodes what it encodes, with any table size', () => {
    const step = fc.record({
      list,
      extra: list,
      count: fc.integer({ min: 1, max: 4 }),
      resizes: fc.array(fc.constantFrom(0, 64, 500, 4096, 100_000), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const [encoder, decoder] = [new HpackEncoder(), createDecoder()];
        for (const each of steps) {
          for (const bytes of each.resizes) encoder.setMaxTableBytes(bytes);
          for (let count = 0; count < each.count; count++) {
            const block = encode(encoder, each.list, each.extra.fields);
            assert.deepEqual(decode(decoder, block), [...each.list.fields, ...each.extra.fields]);
          }
        }
      }),
      { seed: 18 },
    );
  });

  it('decodes every octet from its Huffman code', () => {
    fc.assert(
      fc.property(text, (octets) => {
        const bytes = encodeHuffman(octets);
        const out = Buffer.alloc(bytes.length * 2);
        const length = decodeHuffman(bytes, 0, bytes.length, out);
        assert.equal(out.toString('latin1', 0, length), octets);
      }),
      { seed: 18 },
    );
  });

  it('rejects a list over the limit, and decodes the next one', () => {
    const [encoder, decoder] = [new HpackEncoder(), createDecoder(100)];
    const large = headerList({ 'x-large': 'x'.repeat(62) });
    assert.equal(decode(decoder, encode(encoder, large)), undefined);
    assert.equal(decode(decoder, encode(encoder, large)), undefined);
    const fits = headerList({ 'x-large': 'x'.repeat(61) });
    assert.deepEqual(decode(decoder, encode(encoder, fits)), fits.fields);
    // A field of the table, referred to many times.
    assert.equal(decode(decoder, Buffer.alloc(10_000, 0xbe)), undefined);
  });

  const malformed: readonly (readonly [what: string, hex: string])[] = [
    ['the index 0', '80'],
    ['an index after the table', 'be'],
    ['a name after the table', '7f00 01 61'],
    ['a cut integer', 'ff80'],
    ['an integer that is too large', 'ffffffffff0f'],
    ['an integer with many bytes', 'ff8080808080808080808000'],
    ['a cut string', '4003 6162'],
    ['a missing value', '4001 61'],
    ['a string over 256 MB', '40 7f ffffffff7f 61'],
    ['padding of 8 bits', '0081 1f 82 1fff'],
    ['padding with a 0', '0081 18 00'],
    ['the end of the string as a code', '0084 ffffffff 00'],
    ['a table size over the limit', '3fe21f'],
    ['a table size after a field', '82 20'],
  ];
  for (const [what, hex] of malformed)
    it(`rejects ${what}`, () => {
      const block = Buffer.from(hex.replaceAll(' ', ''), 'hex');
      assert.throws(
        () => decode(createDecoder(), block),
        (error) => error instanceof ConnectionError && error.code === errorCodes.compressionError,
      );
    });

  it('accepts or rejects any block', () => {
    const decoder = createDecoder();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decode(decoder, Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof ConnectionError);
        }
      }),
      { seed: 18, numRuns: 2000 },
    );
  });
});
