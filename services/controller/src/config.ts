// The controller's configuration.

import { readFile } from 'node:fs/promises';
import { defaultPrices, errorText, ParetoError, type PriceTable } from '@pareto/core';
import { advertiseFlag, commonFlags, defineConfig, type CommonConfig, type ConfigDefinition } from '@pareto/service';
import { z } from 'zod';
import type { StorageFlags } from './storage/storage.js';

export interface ControllerConfig extends CommonConfig, StorageFlags {
  readonly advertise?: string | undefined;
  readonly prices?: string | undefined;
  readonly backupFile?: string | undefined;
  readonly backupMinutes: number;
  readonly maxBatchSize: number;
  readonly blobGraceHours: number;
}

const definition: ConfigDefinition<ControllerConfig> = defineConfig({
  name: 'pareto-controller',
  summary: 'Keeps the registry, decides what runs where, and tells routers and workers.',
  example: 'pareto-controller --data-dir /var/lib/pareto --cluster-token-file /etc/pareto/token',
  fields: {
    ...commonFlags({ port: 8100, metricsPort: 8101 }),
    dataDir: z
      .string()
      .min(1)
      .describe('directory for what this controller keeps: the store and the models by default'),
    etcd: z
      .array(z.string().regex(/^[^\s/]+:\d{1,5}$/, 'expected host:port without http://, e.g. 10.0.0.1:2379'))
      .min(1)
      .optional()
      .describe('host:port of the members of the etcd that controllers share; without it the store is embedded'),
    cluster: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected letters, digits, '.', '_' or '-'")
      .default('default')
      .describe('name of this cluster, among those that share an etcd'),
    etcdCerts: z
      .string()
      .min(1)
      .optional()
      .describe('folder with ca.crt of etcd, and tls.crt and tls.key if it asks for a certificate'),
    etcdUser: z.string().min(1).optional().describe('name of the etcd user; needs --etcd-password-file'),
    etcdPasswordFile: z.string().min(1).optional().describe("file with the etcd user's password"),
    etcdCompactMinutes: z
      .int()
      .min(0)
      .default(5)
      .describe('how often the leader compacts the history of etcd; 0 leaves it to etcd itself'),
    advertise: advertiseFlag('host:port that others find this controller at; --host and --port by default'),
    prices: z
      .string()
      .optional()
      .describe('JSON file: USD per slot-hour by hardware class, or by a prefix ending in /'),
    backupFile: z.string().optional().describe('write backups of the store to this file, the last one at a clean stop'),
    backupMinutes: z.int().min(1).default(60).describe('minutes between backups'),
    restore: z.string().optional().describe('fill an empty store from this backup first; models are not in it'),
    maxBatchSize: z.int().min(1).max(1024).default(32).describe('largest batch of models that have a batch dimension'),
    maxBlobMebibytes: z.int().min(1).default(16_384).describe('largest model file that may be uploaded, in MiB'),
    blobs: z
      .string()
      .min(1)
      .optional()
      .describe(
        'where model files are kept: a folder, shared by all controllers, or s3://bucket/prefix; DATA-DIR/blobs by default',
      ),
    s3Endpoint: z
      .string()
      .min(1)
      .optional()
      .describe('URL of S3-compatible storage other than AWS, like http://host:9000'),
    blobGraceHours: z
      .number()
      .min(1)
      .default(24)
      .describe('hours for which a model file that nothing refers to is kept'),
  },
});

const ofEtcd = ({ etcdCerts, etcdUser, etcdPasswordFile }: ControllerConfig): boolean =>
  (etcdCerts ?? etcdUser ?? etcdPasswordFile) !== undefined;

/** Whoever says how to come into an etcd doesn't mean the embedded store. */
export const controllerConfig: ConfigDefinition<ControllerConfig> = {
  ...definition,
  schema: definition.schema.refine((config) => config.etcd !== undefined || !ofEtcd(config), {
    path: ['etcd'],
    error: 'is missing, and there are other flags for etcd: give host:port of its members, or leave those out',
  }),
};

const priceSchema = z.record(z.string(), z.number().min(0));

/** Prices of the file over the default ones. Throws `invalid-argument` that says what is wrong with the file. */
export async function readPrices(file: string | undefined): Promise<PriceTable> {
  if (file === undefined) return defaultPrices;
  const priceError = (why: string): ParetoError =>
    new ParetoError('invalid-argument', `--prices ${file}: ${why}: expected JSON like {"cpu/": 0.048}`);
  const text = await readFile(file, 'utf8').catch((error: unknown) => Promise.reject(priceError(errorText(error))));
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw priceError('it is not JSON');
  }
  const parsed = priceSchema.safeParse(content);
  if (!parsed.success) throw priceError(parsed.error.issues[0]?.message ?? 'not a table of prices');
  return { ...defaultPrices, ...parsed.data };
}
