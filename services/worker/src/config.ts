// The worker's configuration.

import {
  advertiseFlag,
  commonFlags,
  controllersFlag,
  defineConfig,
  type CommonConfig,
  type ConfigDefinition,
} from '@pareto/service';
import { defaultProfileMs } from '@pareto/runtime';
import { z } from 'zod';

export interface WorkerConfig extends CommonConfig {
  readonly controllers: readonly string[];
  readonly id?: string | undefined;
  readonly advertise?: string | undefined;
  readonly cacheDir: string;
  readonly cacheSize: string;
  readonly slots?: number | undefined;
  readonly memory?: string | undefined;
  readonly providers: readonly string[];
  readonly queueItems: number;
  readonly queueSize: string;
  readonly profileMs: number;
}

const units: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const sizePattern = /^(\d+(?:\.\d+)?)([kmg]?)$/;
const size = (): z.ZodString => z.string().regex(sizePattern, 'expected a size such as 512m or 4g');

/** `512m` → bytes. The schema has checked its form. */
export function parseSize(text: string): number {
  const [, count = '0', unit = ''] = sizePattern.exec(text) ?? [];
  return Math.floor(Number(count) * (units[unit] ?? 1));
}

export const workerConfig: ConfigDefinition<WorkerConfig> = defineConfig({
  name: 'pareto-worker',
  summary: 'Holds replicas of variants on this host and runs the queries that routers send.',
  example: 'pareto-worker --controllers 127.0.0.1:8100 --cluster-token-file token --cache-dir /var/cache/pareto',
  fields: {
    ...commonFlags({ port: 8200, metricsPort: 8201 }),
    controllers: controllersFlag(),
    id: z.string().optional().describe('name of this worker, the same after a restart; its address if left out'),
    advertise: advertiseFlag('host:port that routers call; where it listens, or this host by name, if left out'),
    cacheDir: z.string().min(1).describe('folder for fetched models'),
    cacheSize: size().default('20g').describe('what fetched models may take on disk'),
    slots: z.int().min(1).optional().describe('cores of this host to serve with; all if left out'),
    memory: size().optional().describe('what replicas may use together; three quarters of the host if left out'),
    providers: z
      .array(z.string())
      .min(1)
      .default(['cpu'])
      .describe('execution providers to serve with: some of cpu, webgpu, cuda, tensorrt; auto: all that work here'),
    queueItems: z.int().min(1).default(1024).describe('items that may wait for one replica'),
    queueSize: size().default('256m').describe('bytes that may wait for one replica'),
    profileMs: z
      .int()
      .min(100)
      .max(600_000)
      .default(defaultProfileMs)
      .describe('about how long the runs that measure one variant take together; more finds smaller differences'),
  },
});
