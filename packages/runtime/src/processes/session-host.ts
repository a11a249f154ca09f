// An executor process as a host of sessions: each asks for itself, and learns how it ended.

import { errorText, milliseconds, type Clock } from '@pareto/core';
import { createPendingCalls, type Call, type CallEnd } from './pending-calls.js';
import type { ExecutorDeath, ExecutorProcess } from './executor-process.js';
import type { Request } from '../protocol/protocol.js';

export type CallOutcome =
  | Extract<CallEnd, { kind: 'replied' }>
  /** Could not be sent; the process lives. */
  | { readonly kind: 'unsent'; readonly message: string }
  | { readonly kind: 'died'; readonly death: ExecutorDeath; readonly running: boolean };

/** A request, the slices of its tensors, and when it counts as hung. */
interface CallRequest extends Pick<Call, 'hungAfter' | 'what'> {
  readonly request: Request;
  readonly data?: readonly (readonly Uint8Array[])[];
}

export interface Session {
  /** Its number in the process. */
  readonly id: number;
  readonly pid: number;
  /** Its own end, or the process's as it looks from here. Never rejects. */
  readonly died: Promise<ExecutorDeath>;
  /** Never rejects. */
  call(request: CallRequest): Promise<CallOutcome>;
  /** Ends the process. */
  kill(death: ExecutorDeath): void;
  /** Ends the session alone, when what it was asked is done. */
  release(): Promise<void>;
}

export interface SessionHost {
  readonly process: ExecutorProcess;
  open(): Session;
}

const unloaded: ExecutorDeath = { kind: 'ended', reason: 'unloaded' };
const releaseHungAfter = milliseconds(30_000);

/** The process has said hello. */
export function createSessionHost(process: ExecutorProcess, clock: Clock): SessionHost {
  const calls = createPendingCalls((death) => kill(calls.running, death), clock);
  let cause: number | undefined;
  let death: ExecutorDeath | undefined;
  let nextId = 1;
  let nextSession = 1;

  function kill(session: number | undefined, as: ExecutorDeath): void {
    cause ??= session;
    process.kill(as);
  }

  process.onMessage((message, tensors) => {
    if (message.kind !== 'hello') calls.complete(message.id, message, tensors);
  });
  void process.died.then((ended) => {
    // One that is ended from outside is not the fault of whoever runs just then.
    if (ended.kind !== 'ended') cause ??= calls.running;
    death = ended;
    calls.failAll(ended);
  });

  const seenFrom = (session: number, ended: ExecutorDeath): ExecutorDeath =>
    cause === undefined || cause === session ? ended : besideOf(ended);
  const diedSeenFrom = (session: number, ended: ExecutorDeath, running: boolean): CallOutcome => ({
    kind: 'died',
    death: seenFrom(session, ended),
    running,
  });

  function call(session: number, { request, data = [], hungAfter, what }: CallRequest): Promise<CallOutcome> {
    if (death !== undefined) return Promise.resolve(diedSeenFrom(session, death, false));
    const id = nextId++;
    try {
      process.send({ ...request, id }, data);
    } catch (error) {
      return Promise.resolve({ kind: 'unsent', message: errorText(error) });
    }
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
    const untilReleased = new Promise<ExecutorDeath>((resolve) => (resolveReleased = resolve));
    return {
      id,
      pid: process.pid,
      died: Promise.race([untilReleased, process.died.then((ended) => seenFrom(id, ended))]),
      call: (request) =>
        isReleased ? Promise.resolve({ kind: 'died', death: unloaded, running: false }) : call(id, request),
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

  return { process, open };
}

const besideOf = ({ reason }: ExecutorDeath): ExecutorDeath => ({
  kind: 'beside',
  reason: `the device process ended: ${reason}; this model was beside it`,
});

/** Why a call has no answer, though the process lives. */
export function whyFailed(outcome: Exclude<CallOutcome, { kind: 'died' }>): string {
  if (outcome.kind === 'unsent') return outcome.message;
  return outcome.reply.kind === 'failed' ? outcome.reply.message : `unexpected ${outcome.reply.kind}`;
}
