// A controller that sends the rows it is given, and keeps what routers say.

import { createServer, type DuplexStream, type RpcServer, type wire } from '@pareto/rpc';

export interface FakeController {
  readonly address: string;
  readonly hellos: readonly wire.RouterHello[];
  readonly demand: readonly wire.DemandEntry[];
  /** Replaces the whole table. */
  publish(rows: readonly wire.TableRowInput[]): Promise<void>;
  change(rows: readonly wire.TableRowInput[], removed?: readonly string[]): Promise<void>;
  close(): void;
}

type RouterStream = DuplexStream<wire.RouterMessage, wire.TableMessageInput>;

export async function startController(rows: readonly wire.TableRowInput[] | undefined): Promise<FakeController> {
  const streams = new Set<RouterStream>();
  const hellos: wire.RouterHello[] = [];
  const demand: wire.DemandEntry[] = [];
  const server: RpcServer = createServer();
  let table = rows;
  let revision = 1;
  const send = async (message: wire.TableMessageInput): Promise<void> => {
    revision += 1;
    await Promise.all([...streams].map((stream) => stream.write({ epoch: 'e1', revision, ...message })));
  };
  server.add('pareto.v1.Routes', {
    async watch(stream: RouterStream) {
      streams.add(stream);
      for await (const { hello, demand: told } of stream) {
        if (hello) hellos.push(hello);
        if (hello && table) await stream.write({ epoch: 'e1', revision, snapshot: true, rows: [...table] });
        if (told) demand.push(...told.entries);
      }
      streams.delete(stream);
    },
  });
  const port = await server.listen('127.0.0.1', 0);
  return {
    address: `127.0.0.1:${port}`,
    hellos,
    demand,
    publish: (next) => {
      table = next;
      return send({ snapshot: true, rows: [...next] });
    },
    change: (next, removed = []) => send({ rows: [...next], removed: [...removed] }),
    close: () => server.close(),
  };
}
