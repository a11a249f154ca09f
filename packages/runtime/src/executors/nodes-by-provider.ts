// Counts on which provider the nodes of a graph ran, from ONNX Runtime's profile of a session.

import { loadHungAfter } from '../processes/pending-calls.js';
import type { SessionRequest } from '../protocol/protocol.js';
import { runFailure, tensorHeader, type TensorInput } from './run.js';
import { failureReasonOf, type Session } from '../processes/session-host.js';

/** Number of nodes by execution provider. */
export type NodesByProvider = Readonly<Record<string, number>>;

/**
 * Profiles one run of the model. Throws `failed-precondition` with the reason if it fails, `unavailable` if another
 * model ended the process.
 */
export async function observeNodesByProvider(
  session: Session,
  { modelPath, provider, threads, option }: SessionRequest,
  inputs: readonly TensorInput[],
): Promise<NodesByProvider> {
  const outcome = await session.call({
    request: { kind: 'profile', modelPath, provider, threads, option, tensors: inputs.map(tensorHeader) },
    data: inputs.map(({ data }) => data),
    what: 'the profiled run',
    hungAfter: loadHungAfter,
  });
  if (outcome.kind === 'replied' && outcome.reply.kind === 'profiled')
    return countNodes(JSON.parse(outcome.reply.profile) as readonly ProfileEvent[]);
  const failure = outcome.kind === 'died' ? outcome : { kind: 'failed' as const, message: failureReasonOf(outcome) };
  throw runFailure("the model doesn't run while it is profiled", failure);
}

/** Fields used of an event in ONNX Runtime's profile, which has Chrome's trace format. */
export interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly args?: { readonly provider?: string; readonly op_name?: string; readonly node_index?: string };
}

const providerNames: Readonly<Record<string, string>> = {
  CPUExecutionProvider: 'cpu',
  WebGpuExecutionProvider: 'webgpu',
  CUDAExecutionProvider: 'cuda',
  TensorrtExecutionProvider: 'tensorrt',
};

/** Counts each node once, however often it ran. Does not count copies between devices. */
export function countNodes(events: readonly ProfileEvent[]): NodesByProvider {
  const providerOf = new Map<string, string>();
  for (const { cat, name = '', args } of events) {
    if (cat !== 'Node' || args?.provider === undefined || !name.endsWith('_kernel_time')) continue;
    if (args.op_name?.startsWith('Memcpy') === true) continue;
    providerOf.set(`${name} ${args.node_index ?? ''}`, providerNames[args.provider] ?? args.provider);
  }
  const counts: Record<string, number> = {};
  for (const provider of providerOf.values()) counts[provider] = (counts[provider] ?? 0) + 1;
  return counts;
}
