import assert from 'node:assert/strict';
import type { StoredBlob } from '@pareto/blobs';
import { digest, type Digest } from '@pareto/core';
import { createManualClock } from '@pareto/testkit';
import { createUploadAdmission } from '../../src/storage/upload-admission.js';

const named = (name: string): Digest => digest(`sha256:${name.padEnd(64, '0')}`);

function setUp(partial: readonly StoredBlob[] = []) {
  const clock = createManualClock();
  const stored = new Map(partial.map((blob) => [blob.digest, blob]));
  const blobs = {
    async *listPartial() {
      yield* stored.values();
    },
    delete: async (blob: StoredBlob) => stored.delete(blob.digest),
  };
  const params = { maxUploads: 3, maxBytes: 1_000, abandonedMs: 600_000 };
  return { clock, stored, admit: createUploadAdmission({ blobs, params, clock }) };
}

const done = async (): Promise<'done'> => 'done';

describe('the admission of uploads', () => {
  const left = (name: string, sizeBytes: number, touchedWallMs: number): StoredBlob => ({
    ...{ digest: named(name), partial: true },
    ...{ sizeBytes, touchedWallMs },
  });

  it('counts the announced sizes of running uploads', async () => {
    const { admit } = setUp();
    let end = (): void => undefined;
    const running = admit(named('a'), 900, () => new Promise<void>((resolve) => (end = resolve)));
    await assert.rejects(admit(named('b'), 101, done), {
      code: 'resource-exhausted',
      message:
        'with these 101 B, unfinished uploads would exceed their limit of 1000 B: retry when others have finished',
    });
    assert.equal(await admit(named('b'), 100, done), 'done');
    end();
    await running;
    assert.equal(await admit(named('b'), 1_000, done), 'done');
  });

  it('limits the number of unfinished uploads, of which the resumed one is not another', async () => {
    const clock = createManualClock();
    const { admit } = setUp(['a', 'b', 'c'].map((name) => left(name, 1, clock.wallMs())));
    await assert.rejects(admit(named('d'), 1, done), { message: /there are 3 unfinished uploads, the limit/ });
    assert.equal(await admit(named('a'), 1, done), 'done');
  });

  it('removes abandoned uploads to make room', async () => {
    const { admit, stored, clock } = setUp();
    const now = clock.wallMs();
    for (const blob of [left('a', 600, now - 700_000), left('b', 300, now)]) stored.set(blob.digest, blob);
    assert.equal(await admit(named('c'), 500, done), 'done');
    assert.deepEqual([...stored.keys()], [named('b')]);
  });
});
