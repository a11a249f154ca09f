// The reader process: inspects and upgrades models, and unpacks validation sets. Its parent enforces limits on memory and time.

import { getPriority, setPriority } from 'node:os';
import { inspectModel } from '../inspection/inspect.js';
import { serveJobs } from '../process/serve-jobs.js';
import type { ReaderJob } from './reader-protocol.js';
import { unpackSet } from './unpack-set.js';
import { upgradeModel } from './upgrade-model.js';

await serveJobs(async (job: ReaderJob) => {
  if (job.kind === 'inspect') return inspectModel(job.graph);
  if (job.kind === 'upgrade') return upgradeModel(job);
  // A worker answers queries meanwhile. Without privileges, a process can only lower its priority.
  setPriority(Math.max(getPriority(), 10));
  return unpackSet(job);
});
