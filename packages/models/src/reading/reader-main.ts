// The reader process: inspects and rewrites models, and unpacks validation sets. Its parent enforces limits on memory and time.

import { getPriority, setPriority } from 'node:os';
import { inspectModel } from '../inspection/inspect.js';
import { serveJobs } from '../process/serve-jobs.js';
import type { ReaderJob } from './reader-protocol.js';
import { rewriteModel } from './rewrite-model.js';

void serveJobs(async (job: ReaderJob) => {
  if (job.kind === 'inspect') return inspectModel(job.graph);
  if (job.kind === 'rewrite') return rewriteModel(job);
  // A worker answers queries meanwhile. Without privileges, a process can only lower its priority.
  setPriority(Math.max(getPriority(), 10));
  // Most processes never unpack a set, for which the modules take 4 ms of CPU time to load.
  const { unpackSet } = await import('./unpack-set.js');
  return unpackSet(job);
});
