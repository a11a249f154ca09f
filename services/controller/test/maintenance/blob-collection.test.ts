// The collection of blobs over a real folder and the embedded store: what it keeps, removes, and when it removes
// nothing.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { openFolderBlobStore, type BlobStore } from '@pareto/blobs';
import { digest, milliseconds, systemClock, type Digest } from '@pareto/core';
import { openEmbeddedStore, type Store } from '@pareto/state';
import { createControllerMetrics, createLogger } from '@pareto/telemetry';
import { createManualClock, createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { collectBlobs, runBlobCollection, type BlobCollectionOptions } from '../../src/maintenance/blob-collection.js';
import { createBlobReservations, type BlobReservations } from '../../src/storage/blob-reservations.js';
import type { Leader } from '../../src/leadership/leadership.js';

const hour = 3_600_000;
const never = new AbortController().signal;

describe('collection of blobs', () => {
  let folder: TempFolder;
  let store: Store;
  let blobs: BlobStore;
  let reservations: BlobReservations;
  let fenced: boolean;
  let options: BlobCollectionOptions;
  beforeEach(async () => {
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    blobs = await openFolderBlobStore(folder.file('blobs'), {
      maxBlobBytes: 1000,
      clock: systemClock,
      onDamaged: () => undefined,
    });
    reservations = createBlobReservations();
    fenced = false;
    const leader = {
      term: { since: milliseconds(0), lost: never },
      async write(_: unknown, operations: Parameters<Store['transact']>[0]['operations']) {
        if (fenced) throw new Error('not the leader');
        return (await store.transact({ compares: [], operations })).kind === 'committed';
      },
    } as unknown as Leader;
    const logger = createLogger({ service: 'controller', level: 'silent', format: 'pretty' });
    const params = { graceMs: 24 * hour };
    const metrics = createControllerMetrics();
    const clock = { ...systemClock, wallMs: () => Date.now() + 48 * hour };
    options = { blobs, reservations, store, leader, ready: () => true, params, clock, logger, metrics };
    await beginState();
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  /** Runs earlier rounds, so that the collection state is two days old in these tests. */
  const beginState = (): Promise<void> => rounds(0, 20, 40);
  /** Runs rounds at the given hours from now. */
  async function rounds(...hours: readonly number[]): Promise<void> {
    for (const at of hours) {
      const clock = { ...systemClock, wallMs: () => systemClock.wallMs() + at * hour };
      await collectBlobs({ ...options, clock }, never);
    }
  }

  async function upload(text: string): Promise<Digest> {
    const id = digest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
    const chunk = { offset: 0, data: Buffer.from(text) };
    await blobs.upload(
      id,
      text.length,
      (async function* () {
        yield chunk;
      })(),
    );
    return id;
  }
  const put = (key: string, value: unknown): Promise<unknown> =>
    store.transact({ compares: [], operations: [{ kind: 'put', key, value: JSON.stringify(value) }] });
  async function stored(): Promise<readonly Digest[]> {
    const found: Digest[] = [];
    for await (const blob of blobs.list()) found.push(blob.digest);
    return found.sort();
  }

  it('keeps blobs that a version, variant, generated file or task refers to, and removes the rest', async () => {
    const [first, second, variant, set] = [await upload('a'), await upload('b'), await upload('c'), await upload('d')];
    const [made, labels] = [await upload('e'), await upload('cat\ndog')];
    await upload('unreferenced');
    const manifest = (id: Digest): object => ({ manifest: { files: [{ path: 'm.onnx', digest: id, sizeBytes: 1 }] } });
    await put('architecture/default/m/1', { ...manifest(first), labels: { y: labels } });
    await put('architecture/other/m/2', manifest(second));
    await put('variant/default/m:fp16/1', manifest(variant));
    await put('recipe/default/m/1/int4', { recipe: 'int4', result: { kind: 'made', ...manifest(made) } });
    await put('recipe/default/m/1/fp16', { recipe: 'fp16', result: { kind: 'declined', reason: 'no weights' } });
    await put('task/default/t', { name: 't', validation: set });
    await collectBlobs(options, never);
    assert.deepEqual(await stored(), [first, second, variant, set, made, labels].sort());
  });

  it('keeps blobs that were touched within the grace period', async () => {
    const [old, touched] = [await upload('old'), await upload('touched')];
    const path = (id: Digest): string => folder.file(`blobs/sha256/${id.slice(7)}`);
    await utimes(path(touched), Date.now() / 1000 + 30 * 3600, Date.now() / 1000 + 30 * 3600);
    await collectBlobs(options, never);
    assert.deepEqual(await stored(), [touched]);
    assert.deepEqual(await blobs.status(old), { complete: false, receivedBytes: 0 });
  });

  it('keeps blobs of a registration in progress, and makes a later registration wait for the removal', async () => {
    const id = await upload('wanted');
    await reservations.reserve([id], () => collectBlobs(options, never));
    assert.deepEqual(await stored(), [id]);
    const order: string[] = [];
    const removing = reservations.remove(id, async () => {
      await systemClock.sleep(milliseconds(20));
      order.push('removed');
      return true;
    });
    await reservations.reserve([id], async () => void order.push('registered'));
    assert.equal(await removing, true);
    assert.deepEqual(order, ['removed', 'registered']);
  });

  it('removes nothing when a record can’t be read', async () => {
    const id = await upload('a');
    await store.transact({ compares: [], operations: [{ kind: 'put', key: 'variant/default/x/1', value: '{' }] });
    await assert.rejects(collectBlobs(options, never));
    assert.deepEqual(await stored(), [id]);
  });

  it('removes nothing without the leadership or a complete registry', async () => {
    const id = await upload('a');
    await collectBlobs({ ...options, ready: () => false }, never);
    fenced = true;
    await assert.rejects(collectBlobs(options, never), /not the leader/);
    await collectBlobs({ ...options, leader: { ...options.leader, write: async () => true } }, AbortSignal.abort());
    assert.deepEqual(await stored(), [id]);
  });

  it('waits for the grace period after the store was replaced', async () => {
    const id = await upload('a');
    const restored = Object.create(store, { epoch: { value: 'another' } }) as Store;
    options = { ...options, store: restored };
    await rounds(48, 60);
    assert.deepEqual(await stored(), [id]);
    await rounds(73);
    assert.deepEqual(await stored(), []);
  });

  it('waits for the grace period if the store is an old copy', async () => {
    const id = await upload('registered since');
    await rounds(70, 90);
    assert.deepEqual(await stored(), [id]);
    await rounds(95);
    assert.deepEqual(await stored(), []);
  });

  it('removes nothing at a location that another cluster collects', async () => {
    const other = await openEmbeddedStore(folder.file('other'), { clock: systemClock });
    const id = await upload('a');
    const leader: Leader = {
      ...options.leader,
      write: async (_, operations) => (await other.transact({ compares: [], operations })).kind === 'committed',
    };
    options = { ...options, store: other, leader };
    await rounds(0, 20, 40, 48);
    assert.deepEqual(await stored(), [id]);
    await other[Symbol.asyncDispose]();
  });

  it('runs a minute after the start of a term, and then every hour', async () => {
    const clock = createManualClock();
    const stopping = new AbortController();
    let rounds = 0;
    const counted: BlobStore = {
      ...blobs,
      async noteOnce(name, text) {
        rounds += 1;
        return blobs.noteOnce(name, text);
      },
    };
    let term = { since: milliseconds(clock.now() + 30_000), lost: never };
    const leader = Object.defineProperty({ ...options.leader }, 'term', { get: () => term });
    const running = runBlobCollection({ ...options, blobs: counted, leader, clock }, stopping.signal);
    const pass = async (minutes: number): Promise<void> => {
      for (let minute = 0; minute < minutes; minute += 1) {
        await waitFor('the wait for the next minute', () => clock.waiting > 0 || undefined);
        await clock.advance(60_000);
      }
    };
    await pass(1);
    assert.equal(rounds, 0);
    await pass(1);
    await waitFor('the first round', () => rounds === 1 || undefined);
    await pass(50);
    assert.equal(rounds, 1);
    await pass(15);
    await waitFor('the second round', () => rounds === 2 || undefined);
    term = { since: clock.now(), lost: never };
    // The second round may still be running, and a running round misses the clock's advance.
    for (let minute = 0; minute < 40 && rounds < 3; minute += 1) {
      await pass(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(rounds, 3);
    stopping.abort();
    await running;
  });
});
