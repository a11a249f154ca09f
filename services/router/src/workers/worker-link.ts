// The connection to one worker, or the call of the worker in this process.

import { ParetoError, SlotList } from '@pareto/core';
import {
  decisionKey,
  encodeDecision,
  lateKey,
  loadKey,
  notExecutedKey,
  parseLoad,
  type Payload,
  type ReplyLoad,
  type wire,
} from '@pareto/protocol';
import {
  createFrameChannel,
  createUnaryMethod,
  isNotSent,
  isReset,
  type Cancellation,
  type CallOptions,
  type LocalInfer,
  type OnReply,
  type PayloadCall,
  type PayloadChannel,
  type PayloadChannelOptions,
  type RoutedQuery,
  type RoutedReply,
} from '@pareto/rpc';

/** The outcome of a query that was sent to a worker. `reply` is the load that the worker sent with it, if any. */
export type LinkOutcome =
  | {
      readonly kind: 'answered';
      readonly payload: Payload;
      readonly trailers: ReadonlyMap<string, string>;
      readonly reply: ReplyLoad | undefined;
    }
  /** The query reached no executor, so it may be sent elsewhere. `isFull` means that only the queue was full. */
  | {
      readonly kind: 'not-executed';
      readonly error: ParetoError;
      readonly reply: ReplyLoad | undefined;
      readonly isFull: boolean;
      readonly isUnreachable: boolean;
    }
  /** The replica refused the query, because it could not meet its objective. */
  | { readonly kind: 'refused'; readonly error: ParetoError; readonly reply: ReplyLoad | undefined }
  /**
   * The worker failed while it had the query, which may have been executed. `isReset` means that the query alone failed,
   * which may be its own fault.
   */
  | { readonly kind: 'lost'; readonly error: ParetoError; readonly reply: undefined; readonly isReset: boolean }
  /** The worker returned an error, or the caller cancelled. The query must not be retried. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly reply: ReplyLoad | undefined };

/** A query for a replica, with what its worker needs to know. */
export interface ForwardedQuery extends RoutedQuery {
  readonly cancellation: Cancellation;
}

/** Called once for each query, with its outcome. */
export type OnOutcome = (outcome: LinkOutcome) => void;

export interface WorkerLink {
  readonly address: string;
  infer(query: ForwardedQuery, done: OnOutcome): void;
  ping(options: CallOptions): Promise<wire.PingResponse>;
  /** Calls `listener` whenever the connection has ended. */
  onBroken(listener: () => void): void;
  /** Ends all queries in progress as lost, with this error. */
  abort(error: ParetoError): void;
  close(): void;
}

type LinkOptions = Pick<PayloadChannelOptions, 'metadata' | 'tls' | 'maxMessageBytes' | 'bytes'>;

export type LinkFactory = (address: string) => WorkerLink;

const inferPath = '/inference.GRPCInferenceService/ModelInfer';

/** A small reply waits until all that the worker sent before it was read, so it would wait long for a larger window. */
const receiveWindowBytes = 1024 * 1024;

/** Creates a link that connects at its first call. */
export const createLink = (address: string, options: LinkOptions): WorkerLink =>
  linkOver(overChannel(createFrameChannel(address, { ...options, receiveWindowBytes })), address);

/** A worker in this process. */
export interface LocalWorker extends Pick<Transport, 'ping'> {
  /** Address at which others reach it. */
  readonly address: string;
  readonly infer: LocalInfer;
}

/** Creates a link without a connection, which is never broken. */
export const createLocalLink = ({ infer, ping, address }: LocalWorker): WorkerLink =>
  linkOver(
    { send: (query, _version, done) => infer(query, done), ping, onBroken: () => undefined, close: () => undefined },
    address,
  );

function linkOver({ send, ping, onBroken, close }: Transport, address: string): WorkerLink {
  const inFlight = new SlotList<(error: ParetoError) => void>();
  /** Version of decisions that the worker reads. 0 until it says so, also after a lost connection. */
  let decisionVersion = 0;

  function infer(query: ForwardedQuery, done: OnOutcome): void {
    const { cancellation } = query;
    if (cancellation.aborted) return done({ kind: 'failed', error: cancellation.reason, reply: undefined });
    let cancel = (): void => undefined;
    let abortedBy: ParetoError | undefined;
    const abort = (error: ParetoError): void => {
      abortedBy = error;
      cancel();
    };
    const slot = inFlight.add(abort);
    const end = (outcome: RoutedReply | ParetoError): void => {
      cancellation.removeEventListener('abort', cancel);
      inFlight.remove(slot);
      if (!(outcome instanceof ParetoError)) done(answered(outcome));
      else if (cancellation.aborted) done({ kind: 'failed', error: cancellation.reason, reply: undefined });
      else done(abortedBy === undefined ? classify(outcome) : lostWith(abortedBy, false));
    };
    try {
      cancel = send(query, decisionVersion, end);
    } catch (error) {
      inFlight.remove(slot);
      return done({ kind: 'failed', error, reply: undefined });
    }
    cancellation.addEventListener('abort', cancel);
  }
  return {
    address,
    infer,
    async ping(callOptions) {
      const response = await ping(callOptions);
      ({ decisionVersion } = response);
      return response;
    },
    onBroken: (listener) =>
      onBroken(() => {
        decisionVersion = 0;
        listener();
      }),
    abort(error) {
      for (const each of inFlight.all()) each(error);
    },
    close,
  };
}

interface Transport extends Pick<WorkerLink, 'ping' | 'onBroken' | 'close'> {
  /** Sends a query with a decision in this version. Returns a function that cancels it. */
  readonly send: (query: RoutedQuery, decisionVersion: number, done: OnReply) => () => void;
}

const sendOver =
  (call: PayloadCall): Transport['send'] =>
  ({ payload, decision, traceparent, timeoutMs }, decisionVersion, done) => {
    // Not as a computed key of the literal, which V8 adds slowly.
    const metadata: Record<string, string> = {};
    metadata[decisionKey] = encodeDecision(decision, decisionVersion);
    if (traceparent !== undefined) metadata['traceparent'] = traceparent;
    return call(payload, { timeoutMs, metadata }, done);
  };

function overChannel(channel: PayloadChannel): Transport {
  const ping = createUnaryMethod(channel, 'pareto.v1.Execution', 'ping');
  return {
    send: sendOver(channel.payloadCall(inferPath)),
    ping: (callOptions) => ping({}, callOptions),
    onBroken: (listener) => channel.onDisconnected(listener),
    close: () => channel.close(),
  };
}

const answered = ({ payload, trailers, load }: RoutedReply): LinkOutcome => ({
  kind: 'answered',
  payload,
  trailers,
  reply: load ?? parseLoad(trailers.get(loadKey)),
});

function classify(error: ParetoError): LinkOutcome {
  const own = withoutInternals(error);
  const reply = parseLoad(error.details[loadKey]);
  if (error.details[notExecutedKey] !== undefined) {
    const isFull = error.code === 'resource-exhausted';
    return { kind: 'not-executed', error: own, reply, isFull, isUnreachable: false };
  }
  if (error.details[lateKey] !== undefined) return { kind: 'refused', error: own, reply };
  // A `cancelled` that the caller did not cause comes from the worker, which ended the call.
  if (error.code !== 'unavailable' && error.code !== 'cancelled') return { kind: 'failed', error: own, reply };
  if (isNotSent(error))
    return { kind: 'not-executed', error: own, reply, isFull: false, isUnreachable: !isReset(error) };
  return lostWith(own, isReset(error));
}

const lostWith = (error: ParetoError, isAlone: boolean): LinkOutcome => ({
  kind: 'lost',
  error,
  reply: undefined,
  isReset: isAlone,
});

/** Returns the worker's error without the trailers that are internal. */
function withoutInternals(error: ParetoError): ParetoError {
  const shown = Object.entries(error.details).filter(([name]) => isPublicTrailer(name));
  return new ParetoError(error.code, error.message, { cause: error, details: Object.fromEntries(shown) });
}

export const isPublicTrailer = (name: string): boolean =>
  name.startsWith('pareto-') && name !== notExecutedKey && name !== lateKey;
