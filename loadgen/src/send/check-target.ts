// Checks that a server has a target before load is sent to it.

import { ParetoError } from '@pareto/core';
import { createClient, type Channel } from '@pareto/rpc';

const timeoutMs = 5_000;

/** Throws an error that names the cause if the server is not reachable, or does not have the target. */
export async function checkTarget(target: string, channel: Channel): Promise<void> {
  const client = createClient(channel, 'inference.GRPCInferenceService');
  try {
    await client.modelMetadata({ name: target }, { timeoutMs });
  } catch (error) {
    if (!(error instanceof ParetoError)) throw error;
    throw new ParetoError(error.code, explainFailure(error, target, channel.address), { cause: error });
  }
}

/** Returns the meaning of an error of ModelMetadata. */
function explainFailure({ code, message }: ParetoError, target: string, address: string): string {
  const [, cause] = /^(?:No connection established. Last error: |(?=Name resolution failed))(.*)/s.exec(message) ?? [];
  if (cause?.startsWith('Protocol error') === true) return `${address} is not a gRPC server; check --address`;
  if (cause !== undefined) return `${address} is not reachable: ${cause.replace(/^Error: /, '')}; check --address`;
  if (code === 'deadline-exceeded') {
    return `${address} did not reply within ${timeoutMs} ms; check that a gRPC server listens at --address`;
  }
  if (code === 'unimplemented') return `${address} is not a server of the Open Inference Protocol: ${message}`;
  if (code === 'not-found') return `${address} does not have the target ${target}: ${message}`;
  return `${address} does not return the inputs of ${target}: ${message}`;
}
