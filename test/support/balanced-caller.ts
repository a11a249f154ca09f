// A realistic client of the routers: one channel of an unmodified gRPC library that balances its calls over all of
// them.

import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { errorCodes, ParetoError } from '@pareto/core';
import type { RawCaller } from '@pareto/rpc';

export interface BalancedCaller extends Disposable {
  readonly call: RawCaller;
  /** Number of unanswered calls. */
  readonly inFlight: number;
  /** Maximum of `inFlight` since `resetPeak`. */
  readonly peakInFlight: number;
  resetPeak(): void;
}

const identity = (message: Buffer): Buffer => message;

/** Creates a caller. `addresses` are IPv4 addresses of the routers with ports. */
export function createBalancedCaller(addresses: readonly string[]): BalancedCaller {
  const client = new Client(`ipv4:${addresses.join(',')}`, credentials.createInsecure(), {
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    'grpc.use_local_subchannel_pool': 1,
    // Reconnects soon to a router that was restarted.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
  });
  const counts = { inFlight: 0, peak: 0 };
  const call: RawCaller = (body, { timeoutMs = 10_000 } = {}) =>
    new Promise((resolve, reject) => {
      counts.inFlight += 1;
      counts.peak = Math.max(counts.peak, counts.inFlight);
      const deadline = Date.now() + timeoutMs;
      const path = '/inference.GRPCInferenceService/ModelInfer';
      client.makeUnaryRequest(path, identity, identity, body, new Metadata(), { deadline }, (error, reply) => {
        counts.inFlight -= 1;
        if (error !== null) reject(toParetoError(error));
        else resolve({ body: reply ?? Buffer.alloc(0), trailers: new Map() });
      });
    });
  return {
    call,
    get inFlight() {
      return counts.inFlight;
    },
    get peakInFlight() {
      return counts.peak;
    },
    resetPeak: () => void (counts.peak = counts.inFlight),
    [Symbol.dispose]: () => client.close(),
  };
}

function toParetoError({ code, details }: ServiceError): ParetoError {
  const name = status[code].toLowerCase().replaceAll('_', '-');
  return new ParetoError(errorCodes.find((known) => known === name) ?? 'internal', details);
}
