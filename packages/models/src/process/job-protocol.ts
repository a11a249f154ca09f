// The messages of a process that handles models and data sets: a job and its reply, each as a line of JSON.

import type { ErrorCode } from '@pareto/core';

/** A job. The process writes into the folder, if there is one. */
export type Job = object & { readonly folder?: string };

export type JobReply<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'disk-full'; readonly message: string };

/** Limit of a reply, so that a model with many or long names does not burden the process that receives it. */
export const maxReplyBytes: number = 2 ** 20;
