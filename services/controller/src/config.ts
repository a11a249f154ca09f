// The controller's configuration.

import { readFile } from 'node:fs/promises';
import { defaultPrices, errorText, milliseconds, ParetoError, type Milliseconds, type PriceTable } from '@pareto/core';
import { defaultPlacementParams, defaultTurnParams, solvingParams, type TurnParams } from '@pareto/policy';
import {
  defineConfig,
  isolationFlags,
  recordFlags,
  type CommonConfig,
  type ConfigDefinition,
  type FlagValues,
} from '@pareto/service';
import * as z from 'zod';

const controllerFlags = {
  dataDir: { kind: 'text', required: true, help: 'folder for the embedded store and, by default, the model files' },
  etcd: {
    kind: 'list',
    format: 'etcd-member',
    minItems: 1,
    help: 'host:port of the members of the etcd that the controllers share; the embedded store is used by default',
  },
  etcdCerts: {
    kind: 'text',
    help: 'folder with ca.crt of etcd, and tls.crt and tls.key if etcd requires a client certificate',
  },
  etcdUser: { kind: 'text', help: 'name of the etcd user; needs --etcd-password-file' },
  etcdPasswordFile: { kind: 'text', help: "file with the etcd user's password" },
  etcdCompactMinutes: {
    kind: 'integer',
    min: 0,
    default: 5,
    help: "interval at which the leader compacts etcd's history, in minutes; 0 leaves compaction to etcd",
  },
  advertise: {
    kind: 'text',
    format: 'address',
    help: 'host:port at which others reach this controller; --host and --port by default',
  },
  prices: { kind: 'text', help: 'JSON file of USD per slot-hour by hardware class, or by a prefix that ends in /' },
  backupFile: {
    kind: 'text',
    help: 'file that backups of the store are written to: when this controller begins to lead, at intervals, and at a clean stop',
  },
  backupMinutes: {
    kind: 'integer',
    min: 1,
    default: 60,
    help: 'interval between backups to --backup-file, in minutes',
  },
  restore: {
    kind: 'text',
    help: 'backup to fill an empty store from at start, once: a store that was filled from it stays as it is; a backup has no model files',
  },
  acceptEmptyStore: {
    kind: 'boolean',
    default: false,
    help: 'use etcd at this start although it lost the data of this cluster or went back to an earlier state; pass it once',
  },
  maxBatchSize: {
    kind: 'integer',
    min: 1,
    max: 1024,
    default: 32,
    help: 'maximum batch size of models that have a batch dimension',
  },
  maxBlobMebibytes: {
    kind: 'integer',
    min: 1,
    default: 16_384,
    limit: 'blobBytes',
    help: 'maximum size of an uploaded model file, in MiB; all unfinished uploads together may have four times this',
  },
  blobs: {
    kind: 'text',
    help: 'location of model files: a folder that all controllers share, or s3://bucket/prefix; DATA-DIR/blobs by default',
  },
  s3Endpoint: { kind: 'text', help: 'URL of S3-compatible storage other than AWS, e.g. http://host:9000' },
  idleMinutes: {
    kind: 'number',
    min: 0,
    default: (): number => defaultPlacementParams.idleMs / 60_000,
    help: 'minutes without queries after which the models of a task stay loaded only where no other task lacks the memory',
  },
  greedy: {
    kind: 'boolean',
    default: false,
    help: 'choose the replicas for the demand by a greedy search, and not by integer programs',
  },
  releaseHosts: {
    kind: 'boolean',
    default: false,
    help: 'a worker without replicas costs nothing, so few workers hold all, and none do once all tasks are idle; not with --greedy',
  },
  budgetUsdPerHour: {
    kind: 'number',
    min: 0,
    help: 'USD per hour that the workers with replicas may cost together, by --prices; the others hold none; needs --release-hosts',
  },
  keepVersionsHours: {
    kind: 'number',
    min: 0,
    default: 720,
    help: "hours for which a version of a model is kept after another one replaced it, so that 'pareto rollback' can go back to it; 0 keeps all",
  },
  blobGraceHours: {
    kind: 'number',
    min: 1,
    default: 24,
    help: 'hours for which a model file without references is kept',
  },
} as const;

export type ControllerConfig = CommonConfig &
  FlagValues<typeof controllerFlags & typeof isolationFlags & typeof recordFlags>;

const definition: ConfigDefinition<ControllerConfig> = defineConfig({
  name: 'pareto-controller',
  summary: 'Keeps the registry, plans what runs where, and sends the plan to routers and workers.',
  example: 'pareto-controller --data-dir /var/lib/pareto --cluster-token-file /etc/pareto/token',
  defaults: { port: 8100, metricsPort: 8101 },
  flags: { ...controllerFlags, ...isolationFlags, ...recordFlags },
});

const hasEtcdAccess = ({ etcdCerts, etcdUser, etcdPasswordFile }: ControllerConfig): boolean =>
  (etcdCerts ?? etcdUser ?? etcdPasswordFile) !== undefined;

/** Rejects the flags for access to etcd without `--etcd`: the embedded store would ignore them. */
export const controllerConfig: ConfigDefinition<ControllerConfig> = {
  ...definition,
  schema: definition.schema
    .refine((config) => config.etcd !== undefined || !hasEtcdAccess(config), {
      path: ['etcd'],
      error: 'is missing, but other --etcd-… flags are set: pass host:port of the members of etcd, or drop those flags',
    })
    .refine(({ greedy, releaseHosts }) => !(greedy && releaseHosts), {
      path: ['releaseHosts'],
      error: 'excludes --greedy: the greedy search does not count the price of whole workers; pass one of the two',
    })
    .refine(({ releaseHosts, budgetUsdPerHour }) => releaseHosts || budgetUsdPerHour === undefined, {
      path: ['budgetUsdPerHour'],
      error: 'needs --release-hosts: a budget counts only workers that hold replicas; pass this flag too',
    }),
};

/** Returns the time for which a version is kept after it was replaced, in ms. 0 means without a limit. */
export const keepVersionsMs = ({ keepVersionsHours }: Pick<ControllerConfig, 'keepVersionsHours'>): number =>
  keepVersionsHours * 3_600_000;

/** Returns the parameters of the control turns. A new leader unloads nothing for `firstUnloadMs`. */
export const turnParams = (
  {
    idleMinutes,
    greedy,
    releaseHosts,
    budgetUsdPerHour,
  }: Pick<ControllerConfig, 'idleMinutes' | 'greedy' | 'releaseHosts' | 'budgetUsdPerHour'>,
  firstUnloadMs: Milliseconds,
): TurnParams => {
  const params = {
    ...defaultTurnParams,
    placement: {
      ...defaultPlacementParams,
      ...{ idleMs: milliseconds(idleMinutes * 60_000), releasesHosts: releaseHosts, budgetUsdPerHour },
    },
    firstUnloadMs,
  };
  return greedy ? params : solvingParams(params);
};

const priceSchema = z.record(z.string(), z.number().min(0));

/** Returns the default prices with those of the file over them. Throws `invalid-argument` if the file is invalid. */
export async function readPrices(file: string | undefined): Promise<PriceTable> {
  if (file === undefined) return defaultPrices;
  const priceError = (why: string): ParetoError =>
    new ParetoError('invalid-argument', `--prices ${file}: ${why}; expected JSON like {"cpu/": 0.048}`);
  const text = await readFile(file, 'utf8').catch((error: unknown) => Promise.reject(priceError(errorText(error))));
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw priceError('the file is not JSON');
  }
  const parsed = priceSchema.safeParse(content);
  if (!parsed.success) throw priceError(parsed.error.issues[0]?.message ?? 'the file is not a table of prices');
  return { ...defaultPrices, ...parsed.data };
}
