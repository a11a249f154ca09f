// A controller for tests, which sends what the test sets over the real protocol.

import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { digest, ParetoError, type Digest } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import { createServer, notLeaderError, type DuplexStream, type ServerCall } from '@pareto/rpc';
import { waitFor } from '@pareto/testkit';

export interface FakeController {
  readonly address: string;
  readonly hellos: readonly wire.WorkerHello[];
  /** Measurements received. A test clears them between orders. */
  readonly measurements: wire.Measurement[];
  /** Outcomes received. A test clears them between orders. */
  readonly outcomes: wire.RecipeOutcome[];
  /** Digests of the uploaded blobs, in order. */
  readonly uploads: readonly string[];
  /** Returns the content of a blob, or undefined if there is none. */
  blob(digest: string): Uint8Array | undefined;
  /** Makes a blob unavailable until it is added again. */
  removeBlob(digest: string): void;
  readonly downloads: readonly wire.DownloadRequest[];
  readonly reports: readonly wire.WorkerReport[];
  /** The last report received. */
  readonly report: wire.WorkerReport | undefined;
  /** The last report of each replica, by id. */
  readonly replicaReports: ReadonlyMap<string, wire.ReplicaReport>;
  addBlob(data: Uint8Array): Digest;
  /** Address of the leader, with which `join` is rejected. Empty if no controller leads, undefined if this one does. */
  leader: string | undefined;
  /** Ends the leadership of this controller, and all sessions with the address of the new leader. */
  depose(leader: string): void;
  /** Sets the desired state and sends it. */
  order(orders: wire.AssignmentsInput): void;
  /** The intervals that its heartbeats name. */
  intervals: Omit<wire.HeartbeatInput, 'storeAgeMs'>;
  /** Number of the reports and heartbeats received. */
  readonly received: { reports: number; heartbeats: number };
  /** Kinds of the received messages, in order. */
  readonly kinds: string[];
  /** Time that it takes to read a departure, after which it ends the stream. */
  departureDelayMs: number;
  /** Requests a report with this sequence number. */
  requestReport(sequence: number): void;
  /** Number of bytes of a blob after which a download breaks off. */
  breakAt: number;
  /** Waits for a report of a replica that matches. */
  waitForReplica(
    id: string,
    matches: (report: wire.ReplicaReport) => boolean,
    timeoutMs?: number,
  ): Promise<wire.ReplicaReport>;
  /** Requests reports until one matches, which may be so only for a short time. */
  waitForReport(what: string, matches: (report: wire.WorkerReport) => boolean): Promise<wire.WorkerReport>;
  close(): void;
}

const digestOf = (data: Uint8Array): Digest => digest(`sha256:${createHash('sha256').update(data).digest('hex')}`);

type WorkerStream = DuplexStream<wire.WorkerMessage, wire.ControllerMessageInput>;

const heartbeatMs = 500;

export async function startFakeController(port = 0, blobs = new Map<string, Uint8Array>()): Promise<FakeController> {
  const hellos: wire.WorkerHello[] = [];
  const measurements: wire.Measurement[] = [];
  const outcomes: wire.RecipeOutcome[] = [];
  const uploads: string[] = [];
  const removed = new Set<string>();
  const reports: wire.WorkerReport[] = [];
  let orders: wire.AssignmentsInput = { revision: 1 };
  const downloads: wire.DownloadRequest[] = [];
  const replicaReports = new Map<string, wire.ReplicaReport>();
  const deposed = new EventEmitter();
  let send: () => void = () => undefined;
  let write: (message: wire.ControllerMessageInput) => void = () => undefined;
  const server = createServer();
  let bound = port;
  const controller: FakeController = {
    get address() {
      return `127.0.0.1:${bound}`;
    },
    leader: undefined,
    intervals: {},
    received: { reports: 0, heartbeats: 0 },
    kinds: [],
    departureDelayMs: 0,
    breakAt: Infinity,
    hellos,
    measurements,
    outcomes,
    uploads,
    downloads,
    replicaReports,
    depose(leader) {
      controller.leader = leader;
      deposed.emit('deposed');
    },
    reports,
    get report() {
      return reports.at(-1);
    },
    addBlob(data) {
      removed.delete(digestOf(data));
      blobs.set(digestOf(data), data);
      return digestOf(data);
    },
    blob: (name) => blobs.get(name),
    removeBlob: (name) => void removed.add(name),
    order(next) {
      orders = next;
      send();
    },
    requestReport: (sequence) => write({ message: 'reportNow', reportNow: { sequence } }),
    waitForReplica: (id, matches, timeoutMs = 40_000) =>
      waitFor(
        `replica ${id}`,
        () => controller.report?.replicas.find((replica) => replica.replicaId === id && matches(replica)),
        timeoutMs,
      ),
    waitForReport(what, matches) {
      let sequence = 0;
      return waitFor(what, () => {
        controller.requestReport(++sequence);
        const { report } = controller;
        return report !== undefined && matches(report) ? report : undefined;
      });
    },
    close: () => server.close(),
  };
  async function read(stream: WorkerStream, { signal }: ServerCall): Promise<void> {
    for await (const { message: kind, hello, report: latest, measurement, outcome, heartbeat } of stream) {
      if (kind === 'departure') {
        await setTimeout(controller.departureDelayMs);
        // Like the controller, it does not read a stream that was cut meanwhile.
        if (signal.aborted) return;
      }
      if (kind !== undefined) controller.kinds.push(kind);
      if (heartbeat) controller.received.heartbeats += 1;
      if (latest) controller.received.reports += 1;
      if (hello) hellos.push(hello);
      if (hello) send();
      if (latest) reports.push(latest);
      for (const replica of latest?.replicas ?? []) replicaReports.set(replica.replicaId, replica);
      if (measurement) measurements.push(measurement);
      if (outcome) outcomes.push(outcome);
      if (kind === 'departure') return;
    }
  }
  server.add('pareto.v1.Fleet', {
    async join(stream: WorkerStream, call: ServerCall) {
      const reject = (leader: string): never => {
        throw notLeaderError(leader === '' ? undefined : leader);
      };
      if (controller.leader !== undefined) reject(controller.leader);
      write = (message) => void stream.write(message);
      send = () => write({ message: 'assignments', assignments: orders });
      const heartbeat = (): wire.ControllerMessageInput => ({ message: 'heartbeat', heartbeat: controller.intervals });
      const beat = setInterval(() => void stream.write(heartbeat()), heartbeatMs).unref();
      using _beating = { [Symbol.dispose]: () => clearInterval(beat) };
      await Promise.race([read(stream, call), once(deposed, 'deposed')]);
      if (controller.leader !== undefined) reject(controller.leader);
    },
  });
  server.add('pareto.v1.Blobs', {
    async stat({ digest: name }: wire.StatRequest) {
      return { complete: blobs.has(name), receivedBytes: 0 };
    },
    async upload(messages: AsyncIterable<wire.UploadRequest>) {
      const chunks: Buffer[] = [];
      for await (const { data } of messages) chunks.push(data);
      const whole = Buffer.concat(chunks);
      uploads.push(controller.addBlob(whole));
      return { digest: digestOf(whole), sizeBytes: whole.length };
    },
    async *download(request: wire.DownloadRequest) {
      const { digest: name, offset } = request;
      downloads.push(request);
      if (removed.has(name)) throw new ParetoError('not-found', `there is no blob ${name}`);
      const data = Buffer.from(blobs.get(name) ?? []);
      if (request.recheck && digestOf(data) !== name) {
        blobs.delete(name);
        throw new ParetoError('data-loss', `blob ${name} was damaged`);
      }
      for (let start = offset; start < data.length; start += 65_536) {
        if (start >= controller.breakAt) throw new ParetoError('unavailable', 'shutting down');
        yield { data: data.subarray(start, start + 65_536) };
      }
    },
  });
  bound = await server.listen('127.0.0.1', port);
  return controller;
}
