// Configuration of a router and a worker in one process. Most flags apply to one of them or to both. Those that have a value
// for each are named as the router's, and with `worker-` before it as the worker's.

import { routerDefaults, routerFlags } from '@pareto/router';
import {
  defineConfig,
  followerFlags,
  isolationFlags,
  recordFlags,
  warmUpFlags,
  type CommonConfig,
  type ConfigDefinition,
  type FlagValues,
} from '@pareto/service';
import { workerDefaults, workerFlags, type WorkerConfig } from '@pareto/worker';

const { id: _id, advertise: _advertise, ...workerOnly } = workerFlags;

const nodeFlags = {
  certs: {
    kind: 'text',
    help: 'folder with the subfolders router and worker, each with ca.crt, tls.crt and tls.key for mutual TLS; reloaded when the files change',
  },
  workerId: { kind: 'text', help: 'name of the worker, unchanged after a restart; its address by default' },
  workerAdvertise: {
    kind: 'text',
    format: 'address',
    help: 'host:port at which other routers reach the worker; its listen address, or the host name, by default',
  },
  workerPort: {
    kind: 'integer',
    min: 0,
    max: 65_535,
    default: (): number => workerDefaults.port,
    help: 'gRPC port of the worker, which other routers call; 0 selects any free port',
  },
  workerMetricsPort: {
    kind: 'integer',
    min: 0,
    max: 65_535,
    default: (): number => workerDefaults.metricsPort,
    help: 'port of /metrics, /livez and /readyz of the worker',
  },
  workerMaxBufferedBytes: {
    kind: 'integer',
    min: 1_048_576,
    default: (): number => workerDefaults.maxBufferedBytes,
    help: 'maximum size of all requests and replies that the worker holds, in bytes',
  },
  workerMaxConnections: {
    kind: 'integer',
    min: 1,
    default: (): number => workerDefaults.maxConnections,
    help: 'maximum number of connections of other routers to the worker',
  },
  workerMaxStreams: {
    kind: 'integer',
    min: 1,
    default: (): number => workerDefaults.maxStreams,
    help: 'maximum number of open calls on one connection of another router, and of the router of this process',
  },
  workerRecord: { kind: 'text', help: 'as --record, for the events of the worker' },
  workerRecordBytes: {
    kind: 'integer',
    min: 1,
    default: (): number => recordFlags.recordBytes.default,
    help: 'size at which the recording of the worker stops, in bytes',
  },
} as const;

type Flags = typeof followerFlags &
  typeof isolationFlags &
  typeof warmUpFlags &
  typeof routerFlags &
  typeof recordFlags &
  Omit<typeof workerFlags, 'id' | 'advertise'> &
  typeof nodeFlags;

export type NodeConfig = CommonConfig & FlagValues<Flags>;

export const nodeConfig: ConfigDefinition<NodeConfig> = defineConfig({
  name: 'pareto-node',
  summary: 'Runs a router and a worker in one process, which need no connection between them.',
  example: 'pareto-node --controllers 127.0.0.1:8100 --cluster-token-file token --cache-dir /var/cache/pareto',
  defaults: routerDefaults,
  flags: {
    ...followerFlags,
    ...routerFlags,
    ...recordFlags,
    ...nodeFlags,
    ...workerOnly,
    ...isolationFlags,
    ...warmUpFlags,
  },
});

/** Returns the configuration of the worker. That of the node is one of the router. */
export const workerConfigOf = (config: NodeConfig): WorkerConfig => ({
  ...config,
  id: config.workerId,
  advertise: config.workerAdvertise,
  port: config.workerPort,
  metricsPort: config.workerMetricsPort,
  maxBufferedBytes: config.workerMaxBufferedBytes,
  maxConnections: config.workerMaxConnections,
  maxStreams: config.workerMaxStreams,
  record: config.workerRecord,
  recordBytes: config.workerRecordBytes,
});
