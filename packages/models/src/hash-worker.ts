// A thread that hashes one file and says the result.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { parentPort, workerData } from 'node:worker_threads';

const hash = createHash('sha256');
await pipeline(createReadStream(String(workerData), { highWaterMark: 1 << 20 }), hash);
parentPort?.postMessage(hash.digest('hex'));
