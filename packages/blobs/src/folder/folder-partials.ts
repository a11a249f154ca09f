// The unfinished uploads of a blob folder: how much they have received, and their removal.

import type { Stats } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Digest } from '@pareto/core';
import { digestOfHex } from '../digests/manifest.js';
import { sizeOf } from '../files/partial-file.js';
import type { StoredBlob } from '../store/blob-store.js';
import { claimPartial, partialFiles, type ClaimedPartial } from './folder-claim.js';

export interface FolderPartials {
  /** Returns the offset at which an upload would resume. */
  receivedBytes(digest: Digest): Promise<number>;
  /** Starts an upload and takes over data received before, unless it exceeds `sizeBytes`. Throws `aborted` while another runs. */
  claim(digest: Digest, sizeBytes: number): Promise<ClaimedPartial>;
  list(): AsyncIterable<StoredBlob>;
  /** Returns false and removes nothing if the upload received data since it was listed. */
  remove(blob: StoredBlob): Promise<boolean>;
}

export function createFolderPartials(folder: string, clock: Clock): FolderPartials {
  async function* list(): AsyncGenerator<StoredBlob> {
    const found = new Map<Digest, StoredBlob>();
    for (const name of await readdir(folder).catch(() => [])) {
      const file = await statIfExists(join(folder, name));
      const digest = digestOfHex(name.split('.')[0] ?? '');
      if (file === undefined || digest === undefined) continue;
      const { sizeBytes, touchedWallMs } = found.get(digest) ?? { sizeBytes: 0, touchedWallMs: 0 };
      found.set(digest, {
        digest,
        partial: true,
        sizeBytes: sizeBytes + file.size,
        touchedWallMs: Math.max(touchedWallMs, file.mtimeMs),
      });
    }
    yield* found.values();
  }

  return {
    async receivedBytes(digest) {
      const sizes = await Promise.all((await partialFiles(folder, digest)).map(sizeOf));
      return Math.max(0, ...sizes.map((size) => size ?? 0));
    },
    claim: (digest, sizeBytes) => claimPartial({ folder, clock }, digest, sizeBytes),
    list,
    async remove({ digest, touchedWallMs }) {
      const paths = await partialFiles(folder, digest);
      const files = await Promise.all(paths.map(statIfExists));
      if (files.some((file) => file !== undefined && file.mtimeMs > touchedWallMs)) return false;
      for (const path of paths) await rm(path, { force: true });
      return true;
    },
  };
}

export const statIfExists = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);
