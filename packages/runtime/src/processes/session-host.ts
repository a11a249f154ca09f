// Multiplexes sessions over one executor process. Each session makes its own calls and is notified when it ends.

import { errorText, milliseconds, type Clock } from '@pareto/core';
import { createPendingCalls, type Call, type CallEnd } from './pending-calls.js';
import type { ExecutorDeath, ExecutorProcess } from './executor-process.js';
import type { CallActivity } from './process-memory.js';
import type { Request } from '../protocol/protocol.js';

export type CallOutcome =
  | Extract<CallEnd, { kind: 'replied' }>
  /** The call could not be sent. The process still lives. */
  | { readonly kind: 'unsent'; readonly message: string }
  | { readonly kind: 'died'; readonly death: ExecutorDeath; readonly running: boolean };

/** A request with the slices of its tensors and its timeout. */
interface CallRequest extends Pick<Call, 'hungAfter' | 'what'> {
  readonly request: Request;
  readonly data?: readonly (readonly Uint8Array[])[];
}

export interface Session {
  /** Number of the session in the process. */
  readonly id: number;
  readonly pid: number;
  /** Resolves when the session is released or the process has ended. Never rejects. */
  readonly died: Promise<ExecutorDeath>;
  /** Makes a call. Never rejects. */
  call(request: CallRequest): Promise<CallOutcome>;
  /** Lets the process write an existing folder. */
  grantFolder(folder: string): Promise<void>;
  /** Kills the process. */
  kill(death: ExecutorDeath): void;
  /** Ends only the session, after its pending calls. */
  release(): Promise<void>;
}

export interface SessionHost extends CallActivity {
  readonly process: ExecutorProcess;
  open(): Session;
}

const unloaded: ExecutorDeath = { kind: 'ended', reason: 'unloaded' };
const releaseHungAfter = milliseconds(30_000);

/** Creates a host for a process that is ready. */
export function createSessionHost(process: ExecutorProcess, clock: Clock): SessionHost {
  const calls = createPendingCalls((death) => kill(calls.running, death), clock);
  let cause: number | undefined;
  let death: ExecutorDeath | undefined;
  let onCall: () => void = () => undefined;
  let nextId = 1;
  let nextSession = 1;

  function kill(session: number | undefined, as: ExecutorDeath): void {
    cause ??= session;
    process.kill(as);
  }

  process.onMessage(({ id, header, tensors }) => {
    if (header.kind !== 'hello') calls.complete(id, header, tensors);
  });
  void process.died.then((ended) => {
    // If the process was ended on purpose, the session that is running is not the cause.
    if (ended.kind !== 'ended') cause ??= calls.running;
    death = ended;
    calls.failAll(ended);
  });

  const seenFrom = (session: number, ended: ExecutorDeath): ExecutorDeath =>
    cause === undefined || cause === session ? ended : causedByOther(ended);
  const diedSeenFrom = (session: number, ended: ExecutorDeath, running: boolean): CallOutcome => ({
    kind: 'died',
    death: seenFrom(session, ended),
    running,
  });

  function call(session: number, { request, data = [], hungAfter, what }: CallRequest): Promise<CallOutcome> {
    if (death !== undefined) return Promise.resolve(diedSeenFrom(session, death, false));
    const id = nextId++;
    try {
      process.send(id, request, data);
    } catch (error) {
      return Promise.resolve({ kind: 'unsent', message: errorText(error) });
    }
    onCall();
    return new Promise((resolve) => {
      const settle = (end: CallEnd): void =>
        resolve(end.kind === 'replied' ? end : diedSeenFrom(session, end.death, end.running));
      calls.add(id, { session, hungAfter, what, settle });
    });
  }

  function open(): Session {
    const id = nextSession++;
    let isReleased = false;
    let resolveReleased: (death: ExecutorDeath) => void = () => undefined;
    const released = new Promise<ExecutorDeath>((resolve) => (resolveReleased = resolve));
    return {
      id,
      pid: process.pid,
      died: Promise.race([released, process.died.then((ended) => seenFrom(id, ended))]),
      call: (request) =>
        isReleased ? Promise.resolve({ kind: 'died', death: unloaded, running: false }) : call(id, request),
      grantFolder: (folder) => process.grantFolder(folder),
      kill: (as) => kill(id, as),
      async release() {
        if (isReleased) return;
        isReleased = true;
        resolveReleased(unloaded);
        const request = { kind: 'release', session: id } as const;
        await call(id, { request, what: 'the release', hungAfter: releaseHungAfter });
      },
    };
  }

  return {
    process,
    open,
    get isBusy() {
      return calls.running !== undefined;
    },
    onCall: (listener) => void (onCall = listener),
  };
}

const causedByOther = ({ reason }: ExecutorDeath): ExecutorDeath => ({
  kind: 'by-other-model',
  reason: `another model ended the process that they share: ${reason}`,
});

/** Returns why a call failed although the process still lives. */
export function failureReasonOf(outcome: Exclude<CallOutcome, { kind: 'died' }>): string {
  if (outcome.kind === 'unsent') return outcome.message;
  return outcome.reply.kind === 'failed' ? outcome.reply.message : `unexpected reply '${outcome.reply.kind}'`;
}
