// Configuration of the worker process.

import { defaultLiveCheckParams } from '@pareto/policy';
import { defaultProfileMs } from '@pareto/runtime';
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

export const workerFlags = {
  id: { kind: 'text', help: 'name of this worker, unchanged after a restart; its address by default' },
  advertise: {
    kind: 'text',
    format: 'address',
    help: 'host:port at which routers reach this worker; its listen address, or the host name, by default',
  },
  cacheDir: { kind: 'text', required: true, help: 'folder for downloaded models' },
  cacheSize: { kind: 'text', format: 'size', default: '20g', help: 'disk space for downloaded models' },
  slots: { kind: 'integer', min: 1, help: 'CPU cores to serve with; all by default' },
  memory: {
    kind: 'text',
    format: 'size',
    help: 'memory for all replicas together; three quarters of the host by default',
  },
  deviceMemory: {
    kind: 'text',
    format: 'size',
    help: 'memory of each GPU for its replicas; nine tenths of what nvidia-smi reports by default, and no limit of its own if it reports none',
  },
  providers: {
    kind: 'list',
    minItems: 1,
    default: ['cpu'],
    help: 'execution providers to serve with: any of cpu, webgpu, cuda, tensorrt, or auto for all that work on this host',
  },
  queueItems: {
    kind: 'integer',
    min: 1,
    default: 1024,
    limit: 'replicaQueue',
    help: 'maximum number of items queued for one replica',
  },
  queueSize: {
    kind: 'text',
    format: 'size',
    default: '256m',
    limit: 'replicaQueue',
    help: 'maximum size of the items queued for one replica',
  },
  checkEvery: {
    kind: 'integer',
    min: 0,
    default: (): number => defaultLiveCheckParams.every,
    help: 'one in this many shared batches runs again on idle slots, to check that its queries did not influence each other; 0 checks none',
  },
  profileMs: {
    kind: 'integer',
    min: 100,
    max: 600_000,
    default: (): number => defaultProfileMs,
    help: 'approximate total time of the runs that profile one variant, in ms; longer profiles resolve smaller differences',
  },
} as const;

export type WorkerConfig = CommonConfig &
  FlagValues<
    typeof followerFlags & typeof isolationFlags & typeof recordFlags & typeof warmUpFlags & typeof workerFlags
  >;

/** Defaults of common flags. Only routers call workers, and the queues of the replicas bound what workers hold. */
export const workerDefaults = {
  port: 8200,
  metricsPort: 8201,
  maxBufferedBytes: 1_073_741_824,
  maxConnections: 512,
  maxStreams: 16_384,
} as const;

export const workerConfig: ConfigDefinition<WorkerConfig> = defineConfig({
  name: 'pareto-worker',
  summary: 'Serves replicas of variants on this host and runs the queries that routers send.',
  example: 'pareto-worker --controllers 127.0.0.1:8100 --cluster-token-file token --cache-dir /var/cache/pareto',
  defaults: workerDefaults,
  flags: { ...followerFlags, ...isolationFlags, ...recordFlags, ...warmUpFlags, ...workerFlags },
});
