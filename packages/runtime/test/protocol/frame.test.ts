import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createBufferPool } from '../../src/protocol/buffer-pool.js';
import { createFrameReader, encodeFrame, type Frame, type FrameReader } from '../../src/protocol/frame.js';

interface Header {
  readonly name: string;
}

const chunk = fc.record({
  tensors: fc.array(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 }), { maxLength: 3 }),
  isLarge: fc.boolean(),
});

/** Reads a chunk as the executor's socket does: directly into a body, once that is known. */
function readDirectly(reader: FrameReader, chunk: Buffer): void {
  const { missing } = reader;
  if (missing === undefined) return reader.read(chunk);
  const copied = chunk.copy(missing);
  reader.filled(copied);
  if (copied < chunk.length) readDirectly(reader, chunk.subarray(copied));
}

const ways = {
  'into a pool': { pool: createBufferPool(), read: readDirectly },
  'as views': { pool: undefined, read: (reader: FrameReader, chunk: Buffer) => reader.read(chunk) },
};

describe('frames', () => {
  for (const [way, { pool, read }] of Object.entries(ways)) {
    it(`are decoded ${way} as they were encoded, for any chunks of the stream`, () => {
      fc.assert(
        fc.property(fc.array(chunk, { maxLength: 4 }), fc.integer({ min: 1, max: 50 }), (frames, cut) => {
          const large = Buffer.alloc(40_000, 7);
          const sent = frames.map(({ tensors, isLarge }) => (isLarge ? [...tensors, [large]] : tensors));
          const whole = sent.map((tensors) => tensors.map((slices) => Buffer.concat(slices)));
          const chunks = sent.flatMap((tensors, index) => {
            const sizes = (whole[index] ?? []).map(({ length }) => ({ byteLength: length }));
            return encodeFrame({ name: `ü${index}`, tensors: sizes }, tensors);
          });
          const stream = Buffer.concat(chunks);
          const got: (readonly Buffer[])[] = [];
          const onFrame = ({ header, tensors, body }: Frame): void => {
            assert.equal((header as Header).name, `ü${got.length}`);
            if (pool !== undefined) {
              for (const { byteOffset, length } of tensors) assert.equal(length > 0 ? byteOffset % 8 : 0, 0);
            }
            got.push(tensors.map((tensor) => Buffer.from(tensor)));
            pool?.give(body);
          };
          const reader = createFrameReader(onFrame, pool);
          for (let offset = 0; offset < stream.length; offset += cut) {
            read(reader, stream.subarray(offset, offset + cut));
          }
          assert.deepEqual(got, whole);
        }),
        { numRuns: 30 },
      );
    });
  }

  it('are views of the chunk in which they arrive', () => {
    const [stream = Buffer.alloc(0)] = encodeFrame({ tensors: [{ byteLength: 3 }] }, [[Buffer.from('abc')]]);
    const reader = createFrameReader(({ tensors }) => assert.equal(tensors[0]?.buffer, stream.buffer));
    reader.read(stream as Buffer);
  });

  it('contain the slices of a large batch without a copy', () => {
    const slice = Buffer.alloc(100_000, 1);
    const chunks = encodeFrame({ tensors: [{ byteLength: 200_000 }] }, [[slice, slice]]);
    assert.equal(chunks.filter((each) => each === slice).length, 2);
  });
});

describe('a pool of buffers', () => {
  it('returns a buffer of a similar size again, and keeps four', () => {
    const pool = createBufferPool();
    const first = pool.take(150_000);
    const second = pool.take(150_000);
    assert.notEqual(first.buffer, second.buffer);
    pool.give(first);
    const third = pool.take(140_000);
    assert.equal(third.length, 140_000);
    assert.equal(third.buffer, first.buffer);
    for (const buffer of [third, second, ...Array.from({ length: 3 }, () => pool.take(10))]) pool.give(buffer);
    assert.equal(pool.take(150_000).buffer, second.buffer);
    assert.notEqual(pool.take(150_000).buffer, first.buffer);
  });

  it('does not keep a very large buffer', () => {
    const pool = createBufferPool();
    const { buffer } = pool.take(20_000_000);
    pool.give(Buffer.from(buffer));
    assert.notEqual(pool.take(20_000_000).buffer, buffer);
  });
});
