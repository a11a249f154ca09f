// A process that uploads a file up to an offset, prints that it paused, and continues once its gate file exists.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { BlobChunk } from '../../src/index.js';
import { chunks, digestOf } from '../support/blob-content.js';
import { openBlobLocation, type BlobLocation } from '../support/blob-locations.js';

export interface UploadOrder {
  readonly location: BlobLocation;
  readonly file: string;
  readonly pauseAt: number;
  /** File whose existence ends the pause. */
  readonly gate: string;
}

const { location, file, pauseAt, gate } = JSON.parse(process.argv[2] ?? '') as UploadOrder;
const content = await readFile(file);
const size = 1 << 20;
const print = (text: string): boolean => process.stdout.write(`${text}\n`);

async function* slowly(): AsyncGenerator<BlobChunk> {
  yield* chunks(content, 0, pauseAt, size);
  print('paused');
  while (!existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 50));
  yield* chunks(content, pauseAt, content.length, size);
}

const store = await openBlobLocation(location);
await store.upload(digestOf(content), content.length, slowly()).then(
  () => print('uploaded'),
  (error: unknown) => print(`failed ${String(error)}`),
);
process.exit(0);
