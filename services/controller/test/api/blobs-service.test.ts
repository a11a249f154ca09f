import assert from 'node:assert/strict';
import { openFolderBlobStore } from '@pareto/blobs';
import { systemClock } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { createControllerMetrics } from '@pareto/telemetry';
import { createManualClock, createTempFolder, waitFor } from '@pareto/testkit';
import { createBlobsHandlers } from '../../src/api/blobs-service.js';
import { digestOf } from '../support/upload-model.js';

describe('the Blobs service', () => {
  it('ends an upload that sends no data for a minute, and keeps what it has sent', async () => {
    await using folder = await createTempFolder();
    const onDamaged = (): void => undefined;
    const blobs = await openFolderBlobStore(folder.path, { maxBlobBytes: 1_000, clock: systemClock, onDamaged });
    const clock = createManualClock();
    const admitUpload = <T>(_digest: string, _sizeBytes: number, upload: () => Promise<T>): Promise<T> => upload();
    const service = createBlobsHandlers({ blobs, admitUpload, metrics: createControllerMetrics(), clock });
    const digest = digestOf(Buffer.alloc(100));
    let sent = 0;
    async function* stalling(): AsyncGenerator<wire.UploadRequest> {
      yield { digest, sizeBytes: 100, offset: 0, data: Buffer.alloc(60) };
      sent += 1;
      await new Promise(() => undefined);
    }
    assert.ok(service.upload !== undefined);
    const uploading = service.upload(stalling(), undefined as never).then(
      () => 'stored',
      (error: unknown) => error,
    );
    await waitFor('the data', () => (sent > 0 ? true : undefined));
    await clock.advance(60_000);
    assert.match(String(await uploading), /sent no data for 60 s: call Stat/);
    assert.deepEqual(await blobs.status(digest as never), { complete: false, receivedBytes: 60 });
  });
});
