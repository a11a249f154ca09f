// A test's client of a cluster, which only uses public interfaces.

import { createHash } from 'node:crypto';
import { digest, originalRecipe, systemClock, type Digest, type Metric } from '@pareto/core';
import {
  decodeInferResponse,
  encodeInferRequest,
  type DecodedInferResponse,
  type ParameterValue,
  type RawTensor,
  type wire,
} from '@pareto/protocol';
import {
  createChannel,
  createClient,
  createFailover,
  createFailoverClient,
  createRawCaller,
  uploadBlob,
  type Channel,
  type ClientCertificates,
  type FailoverClient,
  type RawCaller,
  type ServiceClient,
} from '@pareto/rpc';
import { waitFor } from '@pareto/testkit';

/** Longest pause between polls of a job, which takes seconds. */
const longPauseMs = 400;

interface Addressed {
  /** Address, host:port. */
  readonly address: string;
}

/** The services that a client calls. */
export interface Reachable {
  readonly controllers: readonly Addressed[];
  readonly router: Addressed;
}

export type Parameters = Readonly<Record<string, ParameterValue>>;

export interface TestClient extends Disposable {
  /** Registry of the leader. */
  readonly registry: FailoverClient<'pareto.v1.Registry'>;
  readonly fleet: FailoverClient<'pareto.v1.Fleet'>;
  readonly inference: ServiceClient<'pareto.v1.Inference'>;
  readonly oip: ServiceClient<'inference.GRPCInferenceService'>;
  readonly modelInfer: RawCaller;
  upload(content: Uint8Array): Promise<Digest>;
  registerTask(
    name: string,
    options?: { validation?: Uint8Array; objective?: wire.ObjectiveInput; metric?: Metric },
  ): Promise<wire.Task>;
  /** Registers a model with all or the named recipes. Without `recipes`, only the trained model itself. */
  registerModel(
    task: string,
    name: string,
    model: Uint8Array,
    options?: { recipes?: 'all' | readonly string[]; keepDominated?: boolean; maxBatchSize?: number },
  ): Promise<wire.Architecture>;
  /** Waits until all files of the task are generated and measured. */
  waitUntilDone(task: string, timeoutMs?: number): Promise<readonly wire.Job[]>;
  /** Waits until every variant of the task has a measurement, or a failed one, on so many hardware classes: one if omitted. */
  waitUntilMeasured(task: string, classes?: number): Promise<readonly wire.Variant[]>;
  /** Waits until a router can call a replica of the variant. */
  waitUntilReady(variant: string): Promise<void>;
  infer(
    target: string,
    inputs: readonly RawTensor[],
    parameters?: Parameters,
    timeoutMs?: number,
  ): Promise<DecodedInferResponse>;
}

/** Creates a client. `tls` is an operator's certificate, if the cluster has certificates. */
export function createTestClient(cluster: Reachable, tls?: ClientCertificates): TestClient {
  const open = (address: string, server: 'controller' | 'router'): Channel =>
    createChannel(address, tls === undefined ? {} : { tls: tls(server) });
  const addresses = cluster.controllers.map(({ address }) => address);
  const controller = open(addresses[0] ?? '', 'controller');
  const router = open(cluster.router.address, 'router');
  const failover = createFailover({ addresses, open: (address) => open(address, 'controller'), clock: systemClock });
  // The errors of a single controller are final: there is no failover.
  const isAlone = addresses.length === 1;
  const registry = isAlone
    ? createClient(controller, 'pareto.v1.Registry')
    : createFailoverClient(failover, 'pareto.v1.Registry');
  const fleet = isAlone
    ? createClient(controller, 'pareto.v1.Fleet')
    : createFailoverClient(failover, 'pareto.v1.Fleet');
  const inference = createClient(router, 'pareto.v1.Inference');
  const modelInfer = createRawCaller(router, '/inference.GRPCInferenceService/ModelInfer');

  async function upload(content: Uint8Array): Promise<Digest> {
    const id = digestOf(content);
    await uploadBlob(failover, { digest: id, sizeBytes: content.length, read: (offset) => chunksOf(content, offset) });
    return id;
  }

  return {
    ...{ registry, fleet, inference, modelInfer, upload },
    oip: createClient(router, 'inference.GRPCInferenceService'),
    async registerTask(name, { validation, objective, metric = 'top1' } = {}) {
      const validationDigest = validation === undefined ? '' : await upload(validation);
      return registry.registerTask({ name, metric, validationDigest, defaultObjective: objective ?? null });
    },
    async registerModel(task, name, model, { recipes = [originalRecipe], keepDominated = false, maxBatchSize } = {}) {
      const file = { path: `${name}.onnx`, digest: await upload(model), sizeBytes: model.length };
      const wanted = recipes === 'all' ? [] : [...recipes];
      const batch = maxBatchSize === undefined ? {} : { maxBatchSize };
      return registry.registerArchitecture({
        name,
        task,
        manifest: { files: [file] },
        recipes: wanted,
        keepDominated,
        ...batch,
      });
    },
    waitUntilDone: (task, timeoutMs = 180_000) =>
      waitFor(
        `all of ${task} to be made and measured`,
        async () => {
          const { jobs } = await registry.jobs({ name: task });
          if (jobs.length > 0 && jobs.every(({ done }) => done)) return jobs;
          const open = jobs.flatMap(({ steps }) =>
            steps.filter(({ state }) => state === 'running' || state === 'waiting'),
          );
          throw new Error(`open steps: ${JSON.stringify(open)}`);
        },
        timeoutMs,
        longPauseMs,
      ),
    waitUntilMeasured: (task, classes = 1) =>
      waitFor(
        `${task} to be measured`,
        async () => {
          const { variants } = await registry.describe({ name: task });
          const isMeasured = ({ measurements }: wire.Variant): boolean =>
            measurements.filter(({ profile }) => profile?.provisional !== true).length >= classes;
          return variants.every(isMeasured) ? variants : undefined;
        },
        90_000,
        longPauseMs,
      ),
    async waitUntilReady(variant) {
      await waitFor(
        `${variant} to be ready`,
        async () => {
          const { candidates } = await inference.whatIf({ target: variant, objective: { latencyMs: 60_000 } });
          return candidates.some(({ replicasReady }) => replicasReady > 0) ? true : undefined;
        },
        30_000,
      );
    },
    async infer(target, inputs, parameters = {}, timeoutMs = 20_000) {
      const body = encodeInferRequest({ modelName: target, parameters: Object.entries(parameters), inputs });
      return decodeInferResponse((await modelInfer(body, { timeoutMs })).body);
    },
    [Symbol.dispose]() {
      failover.close();
      controller.close();
      router.close();
    },
  };
}

const digestOf = (content: Uint8Array): Digest =>
  digest(`sha256:${createHash('sha256').update(content).digest('hex')}`);

async function* chunksOf(content: Uint8Array, from: number): AsyncGenerator<Uint8Array> {
  for (let offset = from; offset < content.length; offset += 1 << 20)
    yield content.subarray(offset, offset + (1 << 20));
}

/** Returns the error of a call. Throws if the call succeeded. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<Error & { code: string; details: Record<string, string> }> {
  try {
    await call;
  } catch (error) {
    return error as Error & { code: string; details: Record<string, string> };
  }
  throw new Error('the call succeeded: expected an error');
}
