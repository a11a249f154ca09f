// Serves jobs in a process of its own, one after the other, until its parent closes its input.

import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isDiskFull, ParetoError, publicText } from '@pareto/core';
import { maxReplyBytes, type Job, type JobReply } from './job-protocol.js';

/** Replies to each job with the result of `run`, or with its ParetoError. Any other error ends the process. */
export async function serveJobs(run: (job: never) => Promise<unknown>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const reply = JSON.stringify(await replyTo(JSON.parse(line) as Job, run));
    writeFileSync(1, `${reply.length < maxReplyBytes ? reply : JSON.stringify(tooLong(reply.length))}\n`);
  }
}

async function replyTo(job: Job, run: (job: never) => Promise<unknown>): Promise<JobReply<unknown>> {
  try {
    return { kind: 'done', result: await run(job as never) };
  } catch (error) {
    if (error instanceof ParetoError) return { kind: 'failed', code: error.code, message: error.publicMessage };
    if (isDiskFull(error))
      return { kind: 'disk-full', message: `no disk space left at ${job.folder ?? ''}: ${publicText(error)}` };
    if (error instanceof RangeError && error.message.includes('call stack')) return tooDeep;
    throw error;
  }
}

const tooDeep: JobReply<never> = {
  kind: 'failed',
  code: 'invalid-argument',
  message: 'its nodes are chained or nested too deeply',
};

const tooLong = (bytes: number): JobReply<never> => ({
  kind: 'failed',
  code: 'invalid-argument',
  message: `its description takes ${bytes} bytes, the limit is ${maxReplyBytes}: use fewer and shorter names`,
});
