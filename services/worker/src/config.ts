// Configuration of the worker process.

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

/** Returns a size such as `512m` in bytes. Expects the form that the schema checks. */
export function parseSize(text: string): number {
  const [, count = '0', unit = ''] = sizePattern.exec(text) ?? [];
  return Math.floor(Number(count) * (units[unit] ?? 1));
}

export const workerConfig: ConfigDefinition<WorkerConfig> = defineConfig({
  name: 'pareto-worker',
  summary: 'Serves replicas of variants on this host and runs the queries that routers send.',
  example: 'pareto-worker --controllers 127.0.0.1:8100 --cluster-token-file token --cache-dir /var/cache/pareto',
  fields: {
    ...commonFlags({ port: 8200, metricsPort: 8201 }),
    controllers: controllersFlag(),
    id: z.string().optional().describe('name of this worker, unchanged after a restart; its address by default'),
    advertise: advertiseFlag(
      'host:port at which routers reach this worker; its listen address, or the host name, by default',
    ),
    cacheDir: z.string().min(1).describe('folder for downloaded models'),
    cacheSize: size().default('20g').describe('disk space for downloaded models'),
    slots: z.int().min(1).optional().describe('CPU cores to serve with; all by default'),
    memory: size().optional().describe('memory for all replicas together; three quarters of the host by default'),
    providers: z
      .array(z.string())
      .min(1)
      .default(['cpu'])
      .describe(
        'execution providers to serve with: any of cpu, webgpu, cuda, tensorrt, or auto for all that work on this host',
      ),
    queueItems: z.int().min(1).default(1024).describe('maximum number of items queued for one replica'),
    queueSize: size().default('256m').describe('maximum number of bytes queued for one replica'),
    profileMs: z
      .int()
      .min(100)
      .max(600_000)
      .default(defaultProfileMs)
      .describe(
        'approximate total time of the runs that profile one variant; longer profiles resolve smaller differences',
      ),
  },
});
