// A fake worker that loads, makes and measures immediately, and reports it.

import {
  bytes,
  hardwareClassId,
  milliseconds,
  variantId,
  workerId,
  type HardwareClass,
  type Measurement,
  type RecipeOutcome,
} from '@pareto/core';
import { measurementToWire, recipeOutcomeToWire, workerInfoToWire, type wire } from '@pareto/protocol';
import { createChannel, createClient } from '@pareto/rpc';
import { tokenMetadata } from '@pareto/service';
import {
  buildAccuracy,
  buildHardwareClass,
  buildMeasuredResult,
  buildPoint,
  buildProfile,
  buildSlotGroup,
  buildWorkerInfo,
} from '@pareto/testkit';
import { clock, clusterToken } from './start-controller.js';

const classOf = (provider: string, instructionSet: string): HardwareClass =>
  buildHardwareClass({ provider, instructionSet });
const runtimeVersion = 'test';

type Measured = Measurement['result'];

export interface FakeWorkerOptions {
  readonly id: string;
  readonly incarnation?: string;
  readonly address?: string;
  readonly memoryBytes?: number;
  /** Replicas that it has at the start, by replica id. */
  readonly replicas?: ReadonlyMap<string, wire.ReplicaReportInput>;
  /** Returns the result of a measurement. Undefined if it never finishes. */
  readonly measure?: (order: wire.MeasureOrder) => Measured | undefined | Promise<Measured>;
  /** Returns the outcome of a recipe. Undefined if it never finishes. By default all recipes are declined. */
  readonly make?: (order: wire.MakeOrder) => RecipeOutcome['result'] | undefined;
  /** The worker sends its regular reports only, and none on request. */
  readonly ignoresReportNow?: boolean;
  /** Limits that its reports have. */
  readonly limitsReached?: readonly wire.LimitCountInput[];
  readonly userIdShortage?: string;
  /** Providers of its slot groups. */
  readonly providers?: readonly string[];
  readonly instructionSet?: string;
  /** Set if it accepts assignments with nothing but changes, and sends such reports. */
  readonly changes?: boolean;
  /** Set if it reports provisional profiles of replicas that are assigned without a profile. */
  readonly provisional?: boolean;
}

export interface FakeWorker {
  /** Replicas by id. */
  readonly replicas: Map<string, wire.ReplicaReportInput>;
  readonly assignments: wire.Assignments[];
  readonly measured: string[];
  /** Executed make orders, as `architecture:recipe`. */
  readonly made: string[];
  readonly heartbeats: NonNullable<wire.ControllerMessage['heartbeat']>[];
  /** Sequence numbers of the requested reports. */
  readonly reportRequests: number[];
  /** Error or message that the stream ended with. Undefined while it is open. */
  readonly ended: () => unknown;
  report(): void;
  /** Stops the regular reports. */
  readonly stopReporting: () => void;
  /** Reports that it is shutting down, from now on. */
  drain(): void;
  /** Reports that its process was stopped as planned, and waits until the controller ends the stream. */
  depart(): Promise<void>;
  /** Cuts the stream. */
  readonly leave: () => void;
}

export function startWorker(address: string, options: FakeWorkerOptions): FakeWorker {
  const channel = createChannel(address, { metadata: tokenMetadata(clusterToken) });
  const cut = new AbortController();
  const stream = createClient(channel, 'pareto.v1.Fleet').join({ signal: cut.signal });
  const replicas = new Map(options.replicas);
  const assignments: wire.Assignments[] = [];
  const provisional = new Map<string, wire.MeasurementInput>();
  const measured: string[] = [];
  const made: string[] = [];
  const heartbeats: NonNullable<wire.ControllerMessage['heartbeat']>[] = [];
  const reportRequests: number[] = [];
  let ended: unknown;
  let ordered: ReadonlySet<string> = new Set();
  let measuring = '';
  let isDraining = false;
  let reported: ReadonlyMap<string, wire.ReplicaReportInput> | undefined;
  const wanted = new Set<string>();

  const report = (): void => {
    const now = new Map(replicas);
    const before = options.changes === true ? reported : undefined;
    reported = now;
    void stream.write({
      report: {
        replicas: [...now].flatMap(([id, one]) => (before?.get(id) === one ? [] : [one])),
        onlyChanges: before !== undefined,
        removed: [...(before?.keys() ?? [])].filter((id) => !now.has(id)),
        memoryUsedBytes: 0,
        draining: isDraining,
        measuring,
        progress: measuring && 'half',
        reportNowSequence: options.ignoresReportNow === true ? 0 : (reportRequests.at(-1) ?? 0),
        limitsReached: options.limitsReached,
        userIdShortage: options.userIdShortage,
        provisional: [...provisional.values()],
      },
    });
  };
  const apply = (message: wire.Assignments): void => {
    assignments.push(message);
    if (!message.onlyChanges) wanted.clear();
    for (const id of message.removed) wanted.delete(id);
    for (const { replicaId } of message.replicas) wanted.add(replicaId);
    for (const id of replicas.keys()) if (!wanted.has(id) && !message.keepUnlisted) replicas.delete(id);
    for (const { replicaId, spec, profile, hardwareClass } of message.replicas) {
      if (options.provisional === true && spec !== null && profile === null)
        provisional.set(spec.variant, provisionalOf(spec, hardwareClass));
      if (replicas.has(replicaId) || spec === null) continue;
      replicas.set(replicaId, { replicaId, variant: spec.variant, version: spec.version, state: 'READY' });
    }
    const measures = new Map(message.measures.map((order) => [order.spec?.variant ?? '', order]));
    const makes = new Map(message.makes.map((order) => [`${order.architecture}:${order.recipe}`, order]));
    measuring = [...measures.keys(), ...makes.keys()].join();
    report();
    // A repeated order is executed once.
    const before = ordered;
    ordered = new Set([...measures.keys(), ...makes.keys()]);
    for (const [name, order] of measures) if (!before.has(name)) void measure(order);
    for (const [name, order] of makes) if (!before.has(name)) make(name, order);
  };
  const make = (name: string, order: wire.MakeOrder): void => {
    made.push(name);
    const result = options.make === undefined ? declined : options.make(order);
    if (result === undefined) return;
    const { architecture, version, recipe } = order;
    void stream.write({ outcome: recipeOutcomeToWire({ architecture, version, recipe, result }) });
  };
  const measure = async (order: wire.MeasureOrder): Promise<void> => {
    const { variant = '', version = 0 } = order.spec ?? {};
    measured.push(variant);
    const result = options.measure === undefined ? profileFor(variant) : await options.measure(order);
    if (result === undefined) return;
    const hardwareClass = hardwareClassId(order.hardwareClass);
    const named = { variant: variantId(variant), version, hardwareClass, environment: runtimeVersion };
    void stream.write({ measurement: measurementToWire({ ...named, result }) });
  };
  const read = async (): Promise<void> => {
    void stream.write({ hello: { ...workerInfoToWire(infoOf(options)), acceptsChanges: options.changes } });
    for await (const message of stream) {
      if (message.assignments) apply(message.assignments);
      if (message.heartbeat) heartbeats.push(message.heartbeat);
      if (message.reportNow) reportRequests.push(message.reportNow.sequence);
      if (message.reportNow && options.ignoresReportNow !== true) report();
    }
  };
  const silent = new AbortController();
  const reportRegularly = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(milliseconds(500), silent.signal);
      report();
    }
  };
  reportRegularly().catch(() => undefined);
  const stopReporting = (): void => silent.abort();
  const leave = (): void => {
    stopReporting();
    cut.abort();
    channel.close();
  };
  const reading = read()
    .then(
      () => (ended = 'the stream ended'),
      (error: unknown) => (ended = error),
    )
    .finally(stopReporting);
  return {
    replicas,
    assignments,
    measured,
    made,
    heartbeats,
    reportRequests,
    ended: () => ended,
    report,
    stopReporting,
    drain() {
      isDraining = true;
      report();
    },
    async depart() {
      stopReporting();
      replicas.clear();
      report();
      await stream.write({ departure: {} });
      await reading;
      leave();
    },
    leave,
  };
}

function provisionalOf({ variant, version }: wire.VariantSpec, hardwareClass: string): wire.MeasurementInput {
  const profile = { ...buildProfile([buildPoint(1, 3)]), provisional: true as const };
  const named = {
    variant: variantId(variant),
    version,
    hardwareClass: hardwareClassId(hardwareClass),
    environment: '',
  };
  return measurementToWire({ ...named, result: buildMeasuredResult(profile, undefined) });
}

const declined = { kind: 'declined', reason: 'nothing to gain' } as const;

const infoOf = ({
  id,
  incarnation = '1',
  address = `127.0.0.1:1${id.length}`,
  memoryBytes = 2 ** 30,
  providers = ['cpu'],
  instructionSet = 'none',
}: FakeWorkerOptions) =>
  buildWorkerInfo({
    id: workerId(id),
    incarnation,
    address,
    slotGroups: providers.map((provider) => buildSlotGroup(classOf(provider, instructionSet), 2)),
    memoryBytes: bytes(memoryBytes),
    runtimeVersion,
  });

/**
 * Returns a profile: `tiny…` is fast with an accuracy of 0.9, all others are slow with 0.99. `slowness` multiplies the
 * times.
 */
export function profileFor(variant: string, slowness = 1): Measurement['result'] {
  const tiny = variant.startsWith('tiny');
  const value = tiny ? 0.9 : 0.99;
  const p50 = (tiny ? 1 : 20) * slowness;
  const profile = buildProfile(
    [1, 8].map((batch) => buildPoint(batch, p50)),
    { loadMs: milliseconds(5), coldLoadMs: milliseconds(9), memoryBytes: bytes(2 ** 20), runtimeVersion },
  );
  return buildMeasuredResult(profile, buildAccuracy(value));
}
