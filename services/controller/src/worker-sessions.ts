// Workers' streams: hello, reports and measurements come up, assignments go down.

import { checkName, milliseconds, ParetoError, variantId, type Clock, type WorkerInfo } from '@pareto/core';
import {
  measurementFromWire,
  replicaReportFromWire,
  workerInfoFromWire,
  type DuplexStream,
  type ServerCall,
  type wire,
} from '@pareto/rpc';
import type { Logger } from '@pareto/telemetry';
import type { Assigner } from './assigner.js';
import type { FleetRecords } from './fleet-records.js';
import type { FleetState, WorkerReport, WorkerSession } from './fleet-state.js';
import type { Leader } from './leadership.js';
import { createLoadRecords, type LoadRecords } from './load-records.js';
import type { Mirror } from './mirror.js';

export interface WorkerSessionsOptions {
  readonly fleet: FleetState;
  readonly assigner: Assigner;
  readonly leader: Leader;
  readonly mirror: Mirror;
  readonly records: FleetRecords;
  /** A worker came or went, or said something that planning or routing look at. */
  readonly changed: () => void;
  readonly draining: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
}

type WorkerStream = DuplexStream<wire.WorkerMessage, wire.ControllerMessageInput>;

/** A worker reports each second; one that is silent for this long is taken for hung, and its stream is ended. */
const silenceMs = milliseconds(10_000);

export function createJoin(options: WorkerSessionsOptions): (stream: WorkerStream, call: ServerCall) => Promise<void> {
  const { leader, fleet, assigner, logger, clock } = options;
  const loads = createLoadRecords(options);
  return async (stream, call) => {
    await leader.require();
    const messages = stream[Symbol.asyncIterator]();
    const info = await readHello(messages);
    await options.records.remember(info);
    const ended = new AbortController();
    const signal = AbortSignal.any([call.signal, options.draining, ended.signal]);
    const session: WorkerSession = { info, end: () => ended.abort() };
    const send = (message: wire.ControllerMessageInput): void => void stream.write(message);
    fleet.join(session);
    assigner.attach(info.id, send);
    logger.info('worker joined', { worker: info.id, address: info.address, incarnation: info.incarnation });
    options.changed();
    try {
      await readWorker(messages, info, { ...options, loads }, signal);
    } finally {
      assigner.detach(info.id, send);
      fleet.leave(session, clock.now());
      logger.info('worker left', { worker: info.id });
      options.changed();
    }
  };
}

async function readHello(messages: AsyncIterator<wire.WorkerMessage>): Promise<WorkerInfo> {
  const first = await messages.next();
  const hello = first.done === true ? undefined : first.value.hello;
  if (hello === undefined || hello === null)
    throw new ParetoError('invalid-argument', 'the first message must be a hello');
  checkName('worker', hello.workerId);
  return workerInfoFromWire(hello);
}

type Reading = WorkerSessionsOptions & { readonly loads: LoadRecords };

async function readWorker(
  messages: AsyncIterator<wire.WorkerMessage>,
  info: WorkerInfo,
  options: Reading,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const next = await nextOrSilence(messages, options.clock, signal);
    if (next === undefined) return;
    await handleMessage(next, info, options).catch((error: unknown) => {
      options.logger.warn('worker message refused', { worker: info.id, error });
    });
  }
}

/** Undefined when the stream ended, broke, was ended, or fell silent. */
function nextOrSilence(
  messages: AsyncIterator<wire.WorkerMessage>,
  clock: Clock,
  signal: AbortSignal,
): Promise<wire.WorkerMessage | undefined> {
  return new Promise((resolve) => {
    const settle = (message: wire.WorkerMessage | undefined): void => {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', stop);
      resolve(message);
    };
    const stop = (): void => settle(undefined);
    const timer = clock.after(silenceMs, stop);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop);
    messages.next().then((next) => settle(next.done === true ? undefined : next.value), stop);
  });
}

async function handleMessage(message: wire.WorkerMessage, info: WorkerInfo, options: Reading): Promise<void> {
  const { fleet, assigner, records, loads, changed, clock } = options;
  if (message.report) {
    const report = reportFromWire(message.report);
    const isNews = fleet.report(info.id, report, clock.now());
    if (isNews) changed();
    await records.storeQuarantines(report);
    await loads.store(info.id, report, isNews);
  }
  if (message.measurement) {
    // The worker repeats what it measured until its order is gone.
    await records.storeMeasurement(measurementFromWire(message.measurement));
    fleet.order(info.id, undefined);
    assigner.apply([]);
    changed();
  }
}

const reportFromWire = ({ replicas, memoryUsedBytes, draining, measuring }: wire.WorkerReport): WorkerReport => ({
  replicas: replicas.map(replicaReportFromWire),
  memoryUsedBytes,
  draining,
  measuring: measuring === '' ? undefined : variantId(measuring),
});
