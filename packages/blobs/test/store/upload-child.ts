// A process that uploads a file up to somewhere, says so, and waits for a line on the file named as its gate; then goes on.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { BlobChunk } from '../../src/index.js';
import { chunks, digestOf } from '../support/blob-content.js';
import { openPlace, type Place } from '../support/blob-places.js';

export interface UploadOrder {
  readonly place: Place;
  readonly file: string;
  readonly pauseAt: number;
  /** It goes on when this file is there. */
  readonly gate: string;
}

const { place, file, pauseAt, gate } = JSON.parse(process.argv[2] ?? '') as UploadOrder;
const content = await readFile(file);
const size = 1 << 20;
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function* slowly(): AsyncGenerator<BlobChunk> {
  yield* chunks(content, 0, pauseAt, size);
  say('paused');
  while (!existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 50));
  yield* chunks(content, pauseAt, content.length, size);
}

const store = await openPlace(place);
await store.upload(digestOf(content), content.length, slowly()).then(
  () => say('uploaded'),
  (error: unknown) => say(`failed ${String(error)}`),
);
process.exit(0);
