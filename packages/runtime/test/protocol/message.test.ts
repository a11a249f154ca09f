import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { elementBytes, type DataType } from '@pareto/core';
import { createBufferPool } from '../../src/protocol/buffer-pool.js';
import type { Message } from '../../src/protocol/message.js';
import { createMessageFiller, type MessageFiller } from '../../src/protocol/message-filler.js';
import { createMessageSlicer } from '../../src/protocol/message-slicer.js';
import { createMessageWriter, type MessageWriter } from '../../src/protocol/message-writer.js';
import type { Header } from '../../src/protocol/message-header.js';

const tensor = fc.record({
  name: fc.string({ unit: 'grapheme', maxLength: 12 }),
  datatype: fc.constantFrom(...(Object.keys(elementBytes) as DataType[])),
  shape: fc.array(fc.nat(2 ** 40), { maxLength: 4 }),
  slices: fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 }),
  isLarge: fc.boolean(),
});
const large = Buffer.alloc(40_000, 7);

interface Sent {
  readonly id: number;
  readonly header: Header;
  readonly tensors: readonly (readonly Uint8Array[])[];
}

const sent = fc
  .record({
    id: fc.nat(2 ** 32 - 1),
    kind: fc.constantFrom('run', 'result', 'profile', 'failed'),
    tensors: fc.array(tensor, { maxLength: 3 }),
    outputs: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 2 }),
    number: fc.double({ noNaN: true, noDefaultInfinity: true }),
  })
  .map(({ id, kind, tensors, outputs, number }): Sent => {
    if (kind === 'failed') return { id, header: { kind, message: outputs.join() }, tensors: [] };
    const all = tensors.map(({ slices, isLarge }) => (isLarge ? [...slices, large] : slices));
    const headers = tensors.map(({ name, datatype, shape }, index) => ({
      ...{ name, datatype, shape, byteLength: Buffer.concat(all[index] ?? []).length },
    }));
    return { id, header: headerOf(kind, headers, outputs, number), tensors: all };
  });

function headerOf(
  kind: 'run' | 'result' | 'profile',
  tensors: Extract<Header, { kind: 'run' }>['tensors'],
  outputs: readonly string[],
  number: number,
): Header {
  if (kind === 'run') return { kind, session: Math.abs(Math.trunc(number)) % 2 ** 32, tensors, outputs };
  if (kind === 'result') return { kind, computeMs: number, tensors };
  return { kind, modelPath: 'ü', provider: 'cpu', threads: 1, tensors };
}

/** Returns a writer, and what it wrote. A slow stream has not written anything when `write` returns. */
function createSink(isSlow: boolean): { readonly writer: MessageWriter; readonly chunks: Buffer[] } {
  const chunks: Buffer[] = [];
  const finish = (all: readonly Buffer[], done: () => void): void => {
    const write = (): void => {
      // A copy, because the writer may use the memory again.
      chunks.push(...all.map((each) => Buffer.from(each)));
      done();
    };
    if (isSlow) setImmediate(write);
    else write();
  };
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => finish([chunk], done),
    writev: (all, done) =>
      finish(
        all.map(({ chunk }) => chunk as Buffer),
        done,
      ),
  });
  return { writer: createMessageWriter(stream), chunks };
}

/** Reads a chunk as the executor's socket does: directly into a body, once that is known. */
function readDirectly(filler: MessageFiller, chunk: Buffer): void {
  const { missing } = filler;
  if (missing === undefined) return filler.read(chunk);
  const copied = chunk.copy(missing);
  filler.filled(copied);
  if (copied < chunk.length) readDirectly(filler, chunk.subarray(copied));
}

const received = ({ id, header, tensors }: Message<Header>): unknown => ({
  ...{ id, header, tensors: tensors.map((slices) => Buffer.concat(slices)) },
});
const joined = ({ id, header, tensors }: Sent): unknown => ({
  ...{ id, header, tensors: tensors.map((slices) => Buffer.concat(slices)) },
});

const pool = createBufferPool();
/** Returns the messages in chunks of a stream. */
const readers: Readonly<Record<string, (chunks: readonly Buffer[]) => readonly unknown[]>> = {
  'into a pool'(chunks) {
    const messages: unknown[] = [];
    const filler = createMessageFiller(pool, (message: Message<Header>, body) => {
      for (const [first] of message.tensors)
        assert.equal(first === undefined || first.length === 0 ? 0 : first.byteOffset % 8, 0);
      messages.push(received(message));
      pool.give(body);
    });
    for (const chunk of chunks) readDirectly(filler, chunk);
    return messages;
  },
  'as slices'(chunks) {
    const messages: unknown[] = [];
    const slicer = createMessageSlicer((message: Message<Header>) => messages.push(received(message)));
    for (const chunk of chunks) slicer.read(chunk);
    return messages;
  },
};

describe('messages between a worker and an executor', () => {
  for (const [way, read] of Object.entries(readers)) {
    it(`are read ${way} as they were written, for any chunks of the stream`, async () => {
      const cuts = fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(fc.array(sent, { maxLength: 4 }), cuts, fc.boolean(), async (messages, sizes, isSlow) => {
          const { writer, chunks } = createSink(isSlow);
          for (const { id, header, tensors } of messages) writer.write(id, header, tensors);
          while (isSlow && read(chunks).length < messages.length) await new Promise((resolve) => setImmediate(resolve));
          const stream = Buffer.concat(chunks);
          const pieces: Buffer[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            pieces.push(stream.subarray(at, at + size));
            at += size;
          }
          assert.deepEqual(read(pieces), messages.map(joined));
        }),
        { numRuns: 50 },
      );
    });
  }

  it('are views of the chunk in which they arrive', () => {
    const { writer, chunks } = createSink(false);
    const shape = [3];
    const header = { name: 'y', datatype: 'UINT8', shape, byteLength: 3 } as const;
    writer.write(1, { kind: 'result', computeMs: 1, tensors: [header] }, [[Buffer.from('abc')]]);
    const [chunk = Buffer.alloc(0)] = chunks;
    const slicer = createMessageSlicer(({ tensors }: Message<Header>) =>
      assert.equal(tensors[0]?.[0]?.buffer, chunk.buffer),
    );
    slicer.read(chunk);
  });

  it('have small slices in one chunk, and large ones as they are', () => {
    const written: Uint8Array[] = [];
    const stream = new Writable({
      writev(all, done) {
        written.push(...all.map(({ chunk }) => chunk as Uint8Array));
        done();
      },
    });
    const [small, whole] = [Buffer.alloc(100, 1), Buffer.alloc(100_000, 1)];
    const tensor = { name: 'x', datatype: 'UINT8', shape: [200_200], byteLength: 200_200 } as const;
    const header = { kind: 'run', session: 1, tensors: [tensor], outputs: [] } as const;
    createMessageWriter(stream).write(1, header, [[small, small, whole, whole]]);
    assert.equal(written.length, 3);
    assert.deepEqual(written.slice(1), [whole, whole]);
    assert.equal(written[1]?.buffer, whole.buffer);
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
