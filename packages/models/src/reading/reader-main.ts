// The reader process: inspects models and unpacks validation sets. Its parent enforces limits on memory and time.

import { setPriority } from 'node:os';
import { inspectModel } from '../inspection/inspect.js';
import { serveJobs } from '../process/serve-jobs.js';
import type { ReaderJob } from './reader-protocol.js';
import { unpackSet } from './unpack-set.js';

setPriority(10);
await serveJobs(async (job: ReaderJob) => (job.kind === 'inspect' ? inspectModel(job.graph) : unpackSet(job)));
