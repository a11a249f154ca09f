// A controller that sends given rows and records the messages of routers.

import { EventEmitter, once } from 'node:events';
import { type wire } from '@pareto/protocol';
import { createServer, notLeaderError, type DuplexStream } from '@pareto/rpc';

export interface FakeController {
  readonly address: string;
  readonly hellos: readonly wire.RouterHello[];
  readonly demand: readonly wire.DemandEntry[];
  /** Limits of the last demand message. */
  readonly limitsReached: readonly wire.LimitCount[];
  /**
   * Address of the leader that routers are redirected to, empty if there is none. Undefined if this controller leads.
   */
  leader: string | undefined;
  /** Time since the last message of the store, as reported in heartbeats. */
  storeAgeMs: number;
  /** Statistics to return. Undefined to reject the call, as without a leader. */
  statistics: readonly wire.VariantStatisticsInput[] | undefined;
  /** Variants of each statistics call. */
  readonly statisticsCalls: (readonly string[])[];
  /** Calls of SetWarmth, as `warm NAME` or `cold NAME`. */
  readonly warmthCalls: string[];
  /** Number of revisions until the table has the effects of the plans before a warm rule. */
  unplannedRevisions: number;
  /** Ends the open streams with the address of the new leader. */
  depose(leader: string): void;
  /** Replaces the whole table. */
  publish(rows: readonly wire.TableRowInput[]): Promise<void>;
  change(rows: readonly wire.TableRowInput[], removed?: readonly string[]): Promise<void>;
  close(): void;
}

type RouterStream = DuplexStream<wire.RouterMessage, wire.TableMessageInput>;

const heartbeatMs = 1_000;

const redirect = (leader: string): never => {
  throw notLeaderError(leader === '' ? undefined : leader);
};

/** `epoch` is the epoch of its tables. Controllers differ in it. */
export async function startController(
  rows: readonly wire.TableRowInput[] | undefined,
  epoch = 'e1',
): Promise<FakeController> {
  const streams = new Set<RouterStream>();
  const hellos: wire.RouterHello[] = [];
  const demand: wire.DemandEntry[] = [];
  let limitsReached: readonly wire.LimitCount[] = [];
  const deposed = new EventEmitter();
  const server = createServer();
  let address = '';
  let table = rows;
  let revision = 1;

  const send = async (message: wire.TableMessageInput): Promise<void> => {
    const { storeAgeMs } = controller;
    await Promise.all([...streams].map((stream) => stream.write({ epoch, revision, storeAgeMs, ...message })));
  };
  const sendNext = (message: wire.TableMessageInput): Promise<void> => {
    revision += 1;
    return send(message);
  };
  async function read(stream: RouterStream): Promise<void> {
    for await (const { hello, demand: sent } of stream) {
      if (hello) hellos.push(hello);
      if (hello && controller.leader !== undefined && !hello.acceptFollower) redirect(controller.leader);
      if (hello && table) await stream.write({ epoch, revision, snapshot: true, rows: [...table] });
      if (hello) streams.add(stream);
      if (sent) demand.push(...sent.entries);
      if (sent) ({ limitsReached } = sent);
    }
  }

  const beat = setInterval(() => void send({ heartbeat: true }), heartbeatMs).unref();
  const controller: FakeController = {
    get address() {
      return address;
    },
    hellos,
    demand,
    get limitsReached() {
      return limitsReached;
    },
    leader: undefined,
    storeAgeMs: 0,
    statistics: [],
    statisticsCalls: [],
    warmthCalls: [],
    unplannedRevisions: 0,
    depose: (leader) => void deposed.emit('deposed', leader),
    publish: (next) => {
      table = next;
      return sendNext({ snapshot: true, rows: [...next] });
    },
    change: (next, removed = []) => sendNext({ rows: [...next], removed: [...removed] }),
    close() {
      clearInterval(beat);
      server.close();
    },
  };
  server.add('pareto.v1.Routes', {
    async statistics({ variants }) {
      controller.statisticsCalls.push(variants);
      return { variants: [...(controller.statistics ?? redirect(''))] };
    },
    async setWarmth({ target, warm }) {
      controller.warmthCalls.push(`${warm ? 'warm' : 'cold'} ${target}`);
      return warm ? { epoch, revision: revision + controller.unplannedRevisions } : {};
    },
    async watch(stream: RouterStream) {
      try {
        const leader = await Promise.race([read(stream), once(deposed, 'deposed').then(([named]) => String(named))]);
        if (leader !== undefined) redirect(leader);
      } finally {
        streams.delete(stream);
      }
    },
  });
  address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  return controller;
}
