// What the messages of a method may contain.

import type { Limits } from '@pareto/protocol';

/** Methods of clients whose messages have tensors. */
const tensorMethods: ReadonlySet<string> = new Set([
  '/inference.GRPCInferenceService/ModelInfer',
  '/inference.GRPCInferenceService/ModelStreamInfer',
  '/pareto.v1.Inference/Infer',
]);

/** Matches the methods whose messages may have files, or the state of a cluster. */
const isLarge = /^\/pareto\.v1\.(Fleet|Routes|Blobs|Execution)\//;

/** Returns whether only services of the cluster may call a method, whose messages may have any number of fields. */
export const isInternal = (path: string): boolean => /^\/pareto\.v1\.(Fleet\/Join$|Routes\/|Execution\/)/.test(path);

/** The limit of the size of a method's messages. */
export const sizeLimitOf = (path: string): 'messageBytes' | 'smallMessageBytes' =>
  tensorMethods.has(path) || isLarge.test(path) ? 'messageBytes' : 'smallMessageBytes';

export const maxMessageOf = (path: string, limits: Limits): number =>
  Math.min(limits[sizeLimitOf(path)], limits.messageBytes);
