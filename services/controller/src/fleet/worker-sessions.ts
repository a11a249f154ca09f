// The streams of workers. A worker sends its hello, reports, heartbeats, measurements and outcomes, and receives assignments.

import { checkName, ParetoError, type Clock, type WorkerId, type WorkerInfo } from '@pareto/core';
import type { FleetState, LiveReplicas, WorkerReport, WorkerSession, WorkTarget } from '@pareto/policy';
import { measurementFromWire, recipeOutcomeFromWire, workerInfoFromWire, type wire } from '@pareto/protocol';
import { type DuplexStream, type ServerCall } from '@pareto/rpc';
import type { Logger } from '@pareto/telemetry';
import type { EventLog } from '../events/events.js';
import type { FleetRecords } from './fleet-records.js';
import type { Heartbeats } from './heartbeats.js';
import type { Leader } from '../leadership/leadership.js';
import { createMessageReader } from './message-reader.js';
import type { LoadFlusher } from '../loads/load-flusher.js';
import type { OutcomeRecords } from '../registry/outcome-records.js';
import type { ProcessProbes } from './process-probes.js';
import { replicaEvents } from './replica-events.js';
import { createReportReader } from './report-reader.js';
import type { ReportRequester } from './report-requester.js';
import type { WorkerExpiry } from './worker-expiry.js';
import { createWorkerStreamWriter, type Assigner } from './worker-stream-writer.js';

export interface WorkerSessionsOptions {
  readonly fleet: FleetState;
  readonly assigner: Assigner;
  readonly leader: Leader;
  readonly records: FleetRecords;
  readonly outcomes: OutcomeRecords;
  readonly loads: LoadFlusher;
  readonly workerExpiry: WorkerExpiry;
  readonly reportRequester: ReportRequester;
  readonly events: Pick<EventLog, 'add'>;
  /**
   * Called when planning or routing may give another result, because of a worker that joined, left or changed its
   * state.
   */
  readonly changed: () => void;
  /** Called before `changed` when a replica failed or the worker left, so that the next plan does not wait. */
  readonly lost: () => void;
  readonly heartbeats: Heartbeats;
  readonly processProbes: ProcessProbes;
  readonly clock: Clock;
  readonly logger: Logger;
}

type WorkerStream = DuplexStream<wire.WorkerMessage, wire.ControllerMessageInput>;

/**
 * Creates the handler of workers' streams. Only the leader accepts them. They end with its term, not when the service
 * starts to drain: a leader without streams would expire all workers.
 */
export function createJoin(options: WorkerSessionsOptions): (stream: WorkerStream, call: ServerCall) => Promise<void> {
  const { leader, logger, events } = options;
  const streams = new WeakMap<WorkerSession, AbortController>();
  return async (stream, call) => {
    leader.require();
    const messages = stream[Symbol.asyncIterator]();
    const { info, acceptsChanges } = await readHello(messages);
    checkNotReplaced(options.fleet, info);
    await options.records.remember(info);
    // The write may have taken long.
    if (call.signal.aborted) return;
    const { lost } = leader.require();
    checkNotReplaced(options.fleet, info);
    const ended = new AbortController();
    const signal = AbortSignal.any([call.signal, lost, ended.signal]);
    const session: WorkerSession = { info };
    streams.set(session, ended);
    const end = (one: WorkerSession): void => streams.get(one)?.abort();
    logger.info('worker joined', { worker: info.id, address: info.address, incarnation: info.incarnation });
    const addEvent = (reason: string): void =>
      events.add({ kind: 'worker', subject: info.id, worker: info.id, reason });
    addEvent(`joined at ${info.address}`);
    try {
      await serve(options, { stream, messages, session, acceptsChanges, signal, end });
    } finally {
      ended.abort();
      logger.info('worker left', { worker: info.id });
      if (!lost.aborted)
        addEvent(options.fleet.hasDeparted(info.id) ? 'left: its process was stopped' : 'left: its stream ended');
    }
    if (lost.aborted) throw leader.notLeaderError();
  };
}

interface Serving {
  readonly stream: WorkerStream;
  readonly messages: AsyncIterator<wire.WorkerMessage>;
  readonly session: WorkerSession;
  /** Set if the worker understands assignments with nothing but changes. */
  readonly acceptsChanges: boolean;
  readonly signal: AbortSignal;
  /** Ends a session of the worker: this one, or another that it replaced. */
  readonly end: (session: WorkerSession) => void;
}

async function serve(options: WorkerSessionsOptions, serving: Serving): Promise<void> {
  const { stream, messages, session, acceptsChanges, signal, end } = serving;
  const { fleet, assigner, loads, reportRequester, workerExpiry, processProbes, changed, lost, logger, clock } =
    options;
  const { id: worker, incarnation } = session.info;
  warnIfDuplicate(fleet.session(worker)?.info, session.info, logger);
  const replaced = fleet.join(session, clock.now());
  if (replaced !== undefined) end(replaced);
  using writer = createWorkerStreamWriter({
    ...{ ...options, worker, stream, acceptsChanges },
    onFailed: () => end(session),
  });
  assigner.attach(writer);
  reportRequester.attach(writer);
  changed();
  using reader = createMessageReader(messages, () => processProbes.probe(session.info), clock, signal);
  const readReport = createReportReader();
  /** Returns undefined for a whole report that cannot be read. One of changes ends the stream, because the next ones lack them. */
  const readOrWarn = (report: wire.WorkerReport): WorkerReport | undefined => {
    try {
      return readReport(report);
    } catch (error) {
      if (report.onlyChanges) throw error;
      logger.warn('worker message failed', { worker, error });
      return undefined;
    }
  };
  let isDeparting = false;
  try {
    for (;;) {
      const message = await reader.next();
      if (message === undefined) return;
      isDeparting = Boolean(message.departure);
      // The worker waits for the end of the stream, so that its departure is not lost.
      if (isDeparting) return;
      const report = message.report && readOrWarn(message.report);
      await handleMessage(message, report, session, options).catch((error: unknown) => {
        logger.warn('worker message failed', { worker, error });
      });
    }
  } finally {
    assigner.detach(writer);
    reportRequester.detach(writer);
    const isCurrent = fleet.session(worker) === session;
    fleet.leave(session, clock.now(), isDeparting ? 'departed' : reader.isSilent ? 'silent' : 'ended');
    if (isCurrent && fleet.hasDeparted(worker))
      loads.note({ worker, incarnation, present: true, departed: true, replicas: [] }, true);
    workerExpiry.onStreamEnded(session.info);
    lost();
    changed();
  }
}

/**
 * Throws `already-exists` if the present session replaced a session of the given process. Two processes with one id
 * would replace each other forever.
 */
function checkNotReplaced(fleet: FleetState, info: WorkerInfo): void {
  const other = fleet.replacementOf(info);
  if (other === undefined) return;
  const message = `another process at ${other.address} runs as worker ${info.id}; start the one at ${info.address} with another --id`;
  throw new ParetoError('already-exists', message);
}

function warnIfDuplicate(before: WorkerInfo | undefined, now: WorkerInfo, logger: Logger): void {
  if (before === undefined || before.incarnation === now.incarnation) return;
  const addresses = [before.address, now.address];
  logger.warn('duplicate worker id: start each process with its own --id', { worker: now.id, addresses });
}

async function readHello(
  messages: AsyncIterator<wire.WorkerMessage>,
): Promise<{ readonly info: WorkerInfo; readonly acceptsChanges: boolean }> {
  const first = await messages.next();
  const hello = first.done === true ? undefined : first.value.hello;
  if (hello === undefined || hello === null)
    throw new ParetoError('invalid-argument', 'the first message must be a hello');
  checkName('worker', hello.workerId);
  return { info: workerInfoFromWire(hello), acceptsChanges: hello.acceptsChanges };
}

async function handleMessage(
  message: wire.WorkerMessage,
  report: WorkerReport | null | undefined,
  session: WorkerSession,
  options: WorkerSessionsOptions,
): Promise<void> {
  const { fleet, assigner, reportRequester, records, outcomes, loads, changed, lost, clock } = options;
  const { id: worker, incarnation } = session.info;
  // Another session replaced this one.
  if (fleet.session(worker) !== session) return;
  if (message.report && report) {
    const before = { report: fleet.lastReport(worker), replicas: fleet.replicas(worker) };
    const isStateChange = fleet.report(session, report, clock.now());
    if (isStateChange) addReportEvents(options, worker, before);
    loads.note({ worker, incarnation, present: true, replicas: report.replicas }, isStateChange);
    reportRequester.onReport(worker, message.report.reportNowSequence);
    if (isStateChange && hasNewFailure(before.replicas, fleet.replicas(worker))) lost();
    if (isStateChange) changed();
    await records.storeProvisional(report, session.info);
    await records.storeQuarantines(report);
    await records.storeMixed(report);
    await records.remeasureInterfered(worker);
  }
  if (message.heartbeat && fleet.hear(session, message.heartbeat.controllerAgeMs, clock.now())) changed();
  const finish = (target: WorkTarget): void => {
    fleet.finish(worker, target);
    if (fleet.ordered(worker) === undefined) assigner.withdrawOrders(worker);
    changed();
  };
  // The worker repeats the result until its order is withdrawn.
  if (message.measurement) {
    const measurement = measurementFromWire(message.measurement);
    await records.storeMeasurement(measurement, session.info);
    finish({ kind: 'measure', ...measurement });
  }
  if (message.outcome) {
    const outcome = recipeOutcomeFromWire(message.outcome);
    await outcomes.store(outcome);
    finish({ kind: 'make', ...outcome });
  }
}

const hasNewFailure = (before: LiveReplicas, after: LiveReplicas): boolean =>
  [...after].some(([id, { report }]) => report.state === 'failed' && before.get(id)?.report.state !== 'failed');

interface Before {
  readonly report: WorkerReport | undefined;
  readonly replicas: LiveReplicas;
}

/** Adds the events between two reports. The first report of a session causes none. */
function addReportEvents(
  { fleet, events }: WorkerSessionsOptions,
  worker: WorkerId,
  { report, replicas }: Before,
): void {
  if (report === undefined) return;
  for (const event of replicaEvents(worker, replicas, fleet.replicas(worker))) events.add(event);
  if (report.draining || fleet.lastReport(worker)?.draining !== true) return;
  events.add({ kind: 'worker', subject: worker, worker, reason: 'shutting down: its replicas move to other workers' });
}
