import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createFrameReader, encodeFrame } from '../../src/protocol/frame.js';

interface Header {
  readonly name: string;
}

describe('frames', () => {
  it('are decoded as they were encoded, for any chunks of the stream, with aligned tensors', () => {
    const tensor = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.array(tensor, { maxLength: 3 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        (frames, cut) => {
          const whole = frames.map((tensors) => tensors.map((slices) => Buffer.concat(slices)));
          const stream = Buffer.concat(
            frames.flatMap((tensors, index) => {
              const sizes = (whole[index] ?? []).map(({ length }) => ({ byteLength: length }));
              return encodeFrame({ name: `ü${index}`, tensors: sizes }, tensors);
            }),
          );
          const got: (readonly Buffer[])[] = [];
          const read = createFrameReader((header, tensors) => {
            assert.equal((header as Header).name, `ü${got.length}`);
            for (const { byteOffset, length } of tensors) assert.equal(length > 0 ? byteOffset % 8 : 0, 0);
            got.push(tensors);
          });
          for (let offset = 0; offset < stream.length; offset += cut) read(stream.subarray(offset, offset + cut));
          assert.deepEqual(got, whole);
        },
      ),
    );
  });

  it('contain the slices of a large batch without a copy', () => {
    const slice = Buffer.alloc(100_000, 1);
    const chunks = encodeFrame({ tensors: [{ byteLength: 200_000 }] }, [[slice, slice]]);
    assert.equal(chunks.filter((chunk) => chunk === slice).length, 2);
  });
});
