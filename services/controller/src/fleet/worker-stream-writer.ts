// The messages to a worker: its assignments when they change, requests of reports, and heartbeats. One message is in
// flight at a time, and a newer one of the same kind replaces an unsent one.

import { errorText, type PlanAction, type WorkerId } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { DuplexStream } from '@pareto/rpc';
import type { Logger } from '@pareto/telemetry';
import { changesSince } from './assignment-changes.js';
import type { Heartbeats } from './heartbeats.js';

export interface WorkerStreamWriter extends Disposable {
  readonly worker: WorkerId;
  /** Sends the assignments next, in place of unsent ones. */
  setAssignments(assignments: wire.AssignmentsInput): void;
  /** Requests an immediate report, which the worker sends with this sequence number or a later one. */
  requestReport(sequence: number): void;
}

/** Applies a plan: sends each connected worker its assignments when they change. */
export interface Assigner {
  /** Adds the stream of a worker that joined, and sends its assignments. */
  attach(writer: WorkerStreamWriter): void;
  detach(writer: WorkerStreamWriter): void;
  /** Tells a worker that its order is finished. Does not change its replicas, and looks at no other worker. */
  withdrawOrders(worker: WorkerId): void;
  apply(actions: readonly PlanAction[]): void;
}

export interface WorkerStreamWriterOptions {
  readonly worker: WorkerId;
  readonly stream: Pick<DuplexStream<unknown, wire.ControllerMessageInput>, 'write'>;
  /** Set if the worker understands assignments with nothing but changes. */
  readonly acceptsChanges: boolean;
  /** Called when a message could not be sent, after which the worker lacks it: its stream must end. */
  readonly onFailed: () => void;
  readonly heartbeats: Heartbeats;
  readonly logger: Logger;
}

/** Creates the writer, which sends nothing more once it is disposed. */
export function createWorkerStreamWriter(options: WorkerStreamWriterOptions): WorkerStreamWriter {
  const { worker, stream, acceptsChanges, onFailed, heartbeats, logger } = options;
  let assignments: wire.AssignmentsInput | undefined;
  /** The desired state that the worker has. Undefined before the first. */
  let written: wire.AssignmentsInput | undefined;
  let sequence: number | undefined;
  let heartbeat: wire.ControllerMessageInput | undefined;
  let isWriting = false;
  let isEnded = false;

  const take = (): wire.ControllerMessageInput | undefined => {
    const next = { assignments, sequence, heartbeat };
    // Any message shows that this controller is alive.
    heartbeat = undefined;
    if (next.assignments !== undefined) {
      const before = acceptsChanges ? written : undefined;
      written = next.assignments;
      assignments = undefined;
      return { assignments: before === undefined ? written : changesSince(before, written) };
    }
    sequence = undefined;
    return next.sequence === undefined ? next.heartbeat : { reportNow: { sequence: next.sequence } };
  };
  async function writeAll(): Promise<void> {
    isWriting = true;
    try {
      for (let next = take(); next !== undefined && !isEnded; next = take()) await stream.write(next);
    } catch (error) {
      logger.warn('a message to a worker could not be sent', { worker, error: errorText(error) });
      isEnded = true;
      onFailed();
    } finally {
      isWriting = false;
    }
  }
  const send = (): void => {
    if (!isWriting) void writeAll();
  };
  const beating = heartbeats.start((next) => {
    heartbeat = next;
    send();
  });
  return {
    worker,
    setAssignments(next) {
      assignments = next;
      send();
    },
    requestReport(next) {
      sequence = next;
      send();
    },
    [Symbol.dispose]() {
      isEnded = true;
      beating[Symbol.dispose]();
    },
  };
}
