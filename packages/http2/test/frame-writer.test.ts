import assert from 'node:assert/strict';
import { FrameWriter } from '../src/frame-writer.js';
import { describeFrame, splitFrames } from './support/frame-bytes.js';

function createWriter() {
  const writes: Buffer[][] = [];
  const scheduled: (() => void)[] = [];
  const sink = {
    pendingBytes: 0,
    write: (pieces: readonly Buffer[]) => writes.push([...pieces]) > 0,
    end: () => undefined,
  };
  const writer = new FrameWriter(sink, (flush) => void scheduled.push(flush));
  const endTurn = (): void => scheduled.splice(0).forEach((flush) => flush());
  const frames = (): readonly string[] => splitFrames(Buffer.concat(writes.flat())).map(describeFrame);
  return { writer, sink, writes, scheduled, endTurn, frames };
}

describe('the frame writer', () => {
  it('writes all frames of a turn together', () => {
    const { writer, writes, scheduled, endTurn, frames } = createWriter();
    writer.head(4, 8, 0, 0x7fff_ffff);
    writer.uint32(0xffff_fffe);
    writer.head(6, 4, 0, 0);
    writer.uint16(3);
    writer.uint32(100);
    writer.head(8, 0, 1, 3);
    writer.copy(Buffer.from([0, 0, 0, 0, 3]), 0, 5);
    writer.payload(Buffer.from('abcdef'), 1, 4);
    assert.deepEqual([writes.length, scheduled.length, writer.pendingBytes], [0, 1, 45]);
    endTurn();
    assert.equal(writes.length, 1);
    assert.equal(writes[0]?.length, 1);
    assert.deepEqual(frames(), [
      'WINDOW_UPDATE 2147483647 0 fffffffe',
      'SETTINGS 0 0 000300000064',
      'DATA 3 1 0000000003626364',
    ]);
  });

  it('writes large payloads without a copy, between the heads', () => {
    const { writer, writes, endTurn, frames } = createWriter();
    const payload = Buffer.alloc(10_000, 7);
    for (const id of [1, 3]) {
      writer.head(payload.length, 0, 0, id);
      writer.payload(payload, 0, payload.length);
    }
    writer.head(5000, 0, 1, 5);
    writer.payload(payload, 100, 5100);
    endTurn();
    assert.deepEqual(frames(), ['DATA 1 0 10000 bytes', 'DATA 3 0 10000 bytes', 'DATA 5 1 5000 bytes']);
    const [pieces = []] = writes;
    assert.equal(pieces[1], payload);
    assert.equal(pieces[5]?.buffer, payload.buffer);
  });

  it('does not wait for the end of the turn when there is much to send', () => {
    const { writer, writes } = createWriter();
    for (let count = 0; count < 3; count++) {
      writer.head(60_000, 0, 0, 1);
      writer.payload(Buffer.alloc(60_000), 0, 60_000);
    }
    assert.equal(writes.length, 1);
  });

  it('writes what waits before the next headers if it is 8 KiB', () => {
    const { writer, writes, endTurn } = createWriter();
    const block = Buffer.alloc(100);
    for (let id = 1; id <= 200; id += 2) writer.headers(id, block, block.length, true, 16_384);
    assert.equal(writes.length, 1);
    endTurn();
    const sizes = writes.map((pieces) => pieces.reduce((sum, { length }) => sum + length, 0));
    assert.deepEqual(sizes, [76 * 109, 24 * 109]);
  });

  it('splits header blocks', () => {
    const { writer, endTurn, frames } = createWriter();
    writer.headers(1, Buffer.alloc(100), 30, true, 30);
    writer.headers(3, Buffer.alloc(100), 70, true, 30);
    endTurn();
    const zeros = '00'.repeat(30);
    assert.deepEqual(frames(), [
      `HEADERS 1 5 ${zeros}`,
      `HEADERS 3 1 ${zeros}`,
      `CONTINUATION 3 0 ${zeros}`,
      `CONTINUATION 3 4 ${'00'.repeat(10)}`,
    ]);
  });

  it('does not change bytes before they are sent', () => {
    const { writer, sink, writes, endTurn, frames } = createWriter();
    const expected: string[] = [];
    for (let turn = 0; turn < 3000; turn++) {
      // The sink is stalled in the first turns.
      sink.pendingBytes = turn < 2000 ? 1 : 0;
      if (turn === 2000) assert.deepEqual(frames(), expected);
      if (turn > 2000) writes.length = expected.length = 0;
      writer.head(40, 0, 0, turn + 1);
      writer.copy(Buffer.alloc(40, turn), 0, 40);
      endTurn();
      expected.push(`DATA ${turn + 1} 0 40 bytes`);
      assert.equal(writes.at(-1)?.at(-1)?.at(-1), turn % 256);
    }
    assert.deepEqual(frames(), expected);
  });
});
