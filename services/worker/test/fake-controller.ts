// A controller that says what its test tells it to, over the real protocol.

import { createHash } from 'node:crypto';
import { digest, type Digest } from '@pareto/core';
import { createServer, type DuplexStream, type wire } from '@pareto/rpc';
import { waitFor } from '@pareto/testkit';

export interface FakeController {
  readonly address: string;
  readonly hellos: readonly wire.WorkerHello[];
  readonly measurements: readonly wire.Measurement[];
  /** The last report, with its replicas by id. */
  readonly report: wire.WorkerReport | undefined;
  addBlob(data: Uint8Array): Digest;
  /** The whole desired state from now on. */
  order(orders: wire.AssignmentsInput): void;
  /** Waits for a replica's report that fits. */
  waitForReplica(
    id: string,
    fits: (report: wire.ReplicaReport) => boolean,
    timeoutMs?: number,
  ): Promise<wire.ReplicaReport>;
  close(): void;
}

export async function startFakeController(port = 0, blobs = new Map<string, Uint8Array>()): Promise<FakeController> {
  const hellos: wire.WorkerHello[] = [];
  const measurements: wire.Measurement[] = [];
  let report: wire.WorkerReport | undefined;
  let orders: wire.AssignmentsInput = { revision: 1 };
  let send: () => void = () => undefined;
  const server = createServer();
  server.add('pareto.v1.Fleet', {
    async join(stream: DuplexStream<wire.WorkerMessage, wire.ControllerMessageInput>) {
      send = () => void stream.write({ message: 'assignments', assignments: orders });
      for await (const { hello, report: latest, measurement } of stream) {
        if (hello) hellos.push(hello);
        if (hello) send();
        if (latest) report = latest;
        if (measurement) measurements.push(measurement);
      }
    },
  });
  server.add('pareto.v1.Blobs', {
    async *download({ digest: name, offset }: wire.DownloadRequest) {
      const data = Buffer.from(blobs.get(name) ?? []);
      for (let start = offset; start < data.length; start += 65_536)
        yield { data: data.subarray(start, start + 65_536) };
    },
  });
  const bound = await server.listen('127.0.0.1', port);
  return {
    address: `127.0.0.1:${bound}`,
    hellos,
    measurements,
    get report() {
      return report;
    },
    addBlob(data) {
      const name = digest(`sha256:${createHash('sha256').update(data).digest('hex')}`);
      blobs.set(name, data);
      return name;
    },
    order(next) {
      orders = next;
      send();
    },
    waitForReplica: (id, fits, timeoutMs) =>
      waitFor(
        `replica ${id}`,
        () => report?.replicas.find((replica) => replica.replicaId === id && fits(replica)),
        timeoutMs,
      ),
    close: () => server.close(),
  };
}
