import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createBlockWriter } from '../../src/s3/block-writer.js';

describe('block writer', () => {
  it('splits data of any size into blocks of equal size', async () => {
    const blocks: { readonly offset: number; readonly data: Buffer }[] = [];
    const write = async (data: Buffer, offset: number): Promise<void> => void blocks.push({ offset, data });
    const writer = createBlockWriter({ blockBytes: 10, maxConcurrent: 2, write });
    const content = randomBytes(47);
    let from = 0;
    for (const size of [3, 25, 1, 18]) await writer.add(content.subarray(from, (from += size)));
    await writer.flush();
    assert.deepEqual(
      blocks.map(({ offset, data }) => [offset, data.length]),
      [[0, 10], [10, 10], [20, 10], [30, 10], [40, 7]], // prettier-ignore
    );
    assert.deepEqual(Buffer.concat(blocks.map(({ data }) => data)), content);
  });

  it('limits concurrent writes and makes add wait', async () => {
    const open: (() => void)[] = [];
    const write = (): Promise<void> => new Promise((resolve) => open.push(resolve));
    const writer = createBlockWriter({ blockBytes: 1, maxConcurrent: 2, write });
    let isAdded = false;
    const adding = writer.add(Buffer.alloc(3)).then(() => (isAdded = true));
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([open.length, isAdded], [2, false]);
    open[1]?.();
    await adding;
    assert.equal(open.length, 3);
  });

  it('throws the first failure and stops writing', async () => {
    let writes = 0;
    const write = async (): Promise<void> => {
      writes += 1;
      throw new Error('no');
    };
    const writer = createBlockWriter({ blockBytes: 1, maxConcurrent: 1, write });
    await writer.add(Buffer.alloc(1));
    await assert.rejects(writer.add(Buffer.alloc(5)), /no/);
    await assert.rejects(writer.flush(), /no/);
    assert.equal(writes, 1);
  });
});
