// Builds rows of a routing table with one task, its variants and their replicas.

import type { wire } from '@pareto/protocol';

export interface VariantFields {
  readonly name: string;
  readonly p99Ms?: number;
  readonly accuracy?: number;
  readonly cost?: number;
  readonly maxBatchSize?: number;
  readonly placeable?: boolean;
  readonly quarantineReason?: string;
  readonly measurementError?: string;
  /** Batch size in the row of the variant. The architecture's applies if it is 0. */
  readonly rowBatchSize?: number;
  readonly dominatedBy?: string;
  readonly dominatedWithin?: boolean;
}

export interface ReplicaFields {
  readonly id: string;
  readonly of: string;
  readonly address: string;
  readonly worker?: string;
  readonly state?: 'READY' | 'LOADING';
}

const signature: wire.SignatureInput = {
  inputs: [{ name: 'x', datatype: 'FP32', dims: [2] }],
  outputs: [{ name: 'y', datatype: 'FP32', dims: [2] }],
  batched: true,
};

export function tableOf(
  variants: readonly VariantFields[],
  replicas: readonly ReplicaFields[],
  defaultObjective: wire.ObjectiveInput = { latencyMs: 1000 },
): wire.TableRowInput[] {
  return [
    { key: 'task/digits', task: { name: 'digits', metric: 'top1', signature, defaultObjective } },
    ...variants.flatMap(variantRows),
    ...replicas.map(replicaRow),
  ];
}

function variantRows(fields: VariantFields): wire.TableRowInput[] {
  const { name, p99Ms = 10, accuracy = 0.9, cost = 1, maxBatchSize = 8 } = fields;
  const row: wire.VariantRowInput = {
    variant: `${name}:original`,
    architecture: name,
    version: 1,
    recipe: 'original',
    hardwareClass: 'cpu/x/y/1g',
    accuracy: { metric: 'top1', value: accuracy, lower95: accuracy - 0.01, upper95: accuracy + 0.01, samples: 1000 },
    profileDigest: name,
    costPer_1k: cost,
    usdPerHour: 0.05,
    placeable: fields.placeable ?? true,
    quarantineReason: fields.quarantineReason ?? '',
    measurementError: fields.measurementError ?? '',
    maxBatchSize: fields.rowBatchSize ?? 0,
    dominatedBy: fields.dominatedBy ?? '',
    dominatedWithin: fields.dominatedWithin ?? false,
  };
  const points = [{ batch: 1, p50Ms: p99Ms, p95Ms: p99Ms, p99Ms, runs: 10 }];
  return [
    {
      key: `architecture/${name}/1`,
      architecture: { name, version: 1, task: 'digits', signature, maxBatchSize, manifest: {} },
    },
    { key: `variant/${name}`, variant: row },
    { key: `profile/${name}`, profile: { digest: name, profile: { points, loadMs: 1, memoryBytes: 1 } } },
  ];
}

export function replicaRow({ id, of, address, worker = 'w', state = 'READY' }: ReplicaFields): wire.TableRowInput {
  const host = { hardwareClass: 'cpu/x/y/1g', workerId: worker, address };
  return {
    key: `replica/${id}`,
    replica: { replicaId: id, variant: `${of}:original`, version: 1, state, batchCeiling: 8, ...host },
  };
}

export const ruleRow = (kind: string, target: string, fields: wire.RuleRowInput = {}): wire.TableRowInput => ({
  key: `rule/${kind} ${target}`,
  rule: { id: `${kind} ${target}`, kind, tenant: 'default', target, reason: 'it is wrong', ...fields },
});
