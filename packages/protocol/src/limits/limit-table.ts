// The table of all limits: what each bounds, what sets it, and what happens when it is reached. The reference page and the
// advice of `pareto status` are made from it.

import type { Limits } from './limits.js';

/** Limits that only flags of one service define. */
type ServiceLimit = 'heldQueries' | 'replicaQueue' | 'replayBytes' | 'blobBytes';

export type LimitName = keyof Limits | ServiceLimit;

/** Returns the name of a limit as programs see it, e.g. `message-bytes`. */
export const limitText = (limit: LimitName): string => limit.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export interface LimitDescription {
  readonly subject: string;
  /** Unit of the value in `defaultLimits`. Undefined for a number of things. */
  readonly unit?: 'bytes' | 'ms';
  /** Flags that set the limit. Undefined if it is fixed. */
  readonly flags?: readonly string[];
  /** Consequence of reaching the limit. */
  readonly effect: string;
  /** Action for an operator if the limit is reached often, besides raising its flags. */
  readonly advice: string;
  /** Set if reaching the limit is not counted. */
  readonly isUncounted?: true;
}

export const limitDescriptions: Readonly<Record<LimitName, LimitDescription>> = {
  messageBytes: {
    subject: 'size of a message with tensors or files, and of an HTTP body, also when inflated',
    unit: 'bytes',
    flags: ['--max-message-bytes'],
    effect: 'RESOURCE_EXHAUSTED, HTTP 413',
    advice: 'send smaller batches',
  },
  smallMessageBytes: {
    subject: 'size of any other message of a client',
    unit: 'bytes',
    effect: 'RESOURCE_EXHAUSTED, HTTP 413',
    advice: 'find the client that sends such requests: no call without tensors needs as much',
  },
  bufferedBytes: {
    subject: 'memory of all requests and replies of one process, with 16 KiB for each',
    unit: 'bytes',
    flags: ['--max-buffered-bytes'],
    effect:
      'the call ends that costs the most: its size times the time that it has waited for its client, if that is over a second; if there is none, the new call: RESOURCE_EXHAUSTED, HTTP 429',
    advice: 'add a process, or find the clients that send or read slowly',
  },
  connections: {
    subject: 'connections to one process, over all its ports for calls',
    flags: ['--max-connections'],
    effect:
      'the oldest connection that has had no call closes (these may be half of all, and a quarter from one address), or else the one whose last reply is the oldest, of the address with the most; if all are in use, the new one',
    advice: 'find the client that opens them: one connection carries many calls',
  },
  streams: {
    subject: 'open calls on one connection',
    flags: ['--max-streams'],
    effect: 'gRPC: clients wait, and further streams are refused; HTTP: the connection closes',
    advice: 'find the client that sends so many requests without waiting for replies',
  },
  denials: {
    subject: 'calls on one connection that are rejected because of their headers, such as those without permission',
    effect: 'the connection closes',
    advice:
      'give the client the certificate or the token that its calls need, or find what else its calls lack, or stop it',
  },
  loads: {
    subject: 'load and unload calls in progress at one router',
    effect: 'RESOURCE_EXHAUSTED, HTTP 429',
    advice: 'find the client that loads so many models, or use another router',
  },
  queuedLoads: {
    subject: 'models for which load and unload requests wait at the leader',
    effect: 'RESOURCE_EXHAUSTED, HTTP 429',
    advice: 'find the client that loads so many models',
  },
  jsonTasks: {
    subject: 'large HTTP requests and replies that wait for a thread of one router',
    effect: 'RESOURCE_EXHAUSTED, HTTP 429, for the client with the most of them',
    advice: 'send tensors as binary data or over gRPC, or add a router',
  },
  chunkBytes: {
    subject:
      'mean size of the chunks of an HTTP body, or of a gRPC message, after the first 1,024, which each take time: a minimum',
    unit: 'bytes',
    effect: 'INVALID_ARGUMENT, HTTP 400',
    advice: 'send larger chunks, or a Content-Length',
  },
  heldQueries: {
    subject: 'queries that wait for a cold variant: their number, their size, the time of each',
    flags: ['--max-held', '--max-held-bytes', '--max-hold-ms'],
    effect: 'RESOURCE_EXHAUSTED, HTTP 429',
    advice: "keep the model ready with 'pareto load', or add workers",
  },
  replicaQueue: {
    subject: 'queue of one replica: items, and their size',
    flags: ['--queue-items', '--queue-size'],
    effect: 'the router tries other replicas; if all are full: RESOURCE_EXHAUSTED, HTTP 429',
    advice: 'add workers, or lower the request rate',
  },
  replayBytes: {
    subject: 'size of a request that is sent again when its worker fails',
    flags: ['--replay-bytes'],
    effect: 'a larger request is not sent again: UNAVAILABLE, HTTP 503',
    advice: 'let the client retry',
    isUncounted: true,
  },
  uploads: {
    subject: 'unfinished uploads of model files; their size together: four times that of the largest file',
    effect: 'uploads without progress for ten minutes are removed; if there are none, RESOURCE_EXHAUSTED',
    advice: 'register models one after another',
  },
  blobBytes: {
    subject: 'size of a model file',
    flags: ['--max-blob-mebibytes'],
    effect: 'INVALID_ARGUMENT',
    advice: 'split the model',
    isUncounted: true,
  },
  stallMs: {
    subject: 'time without data in the middle of a request or reply',
    unit: 'ms',
    flags: ['--stall-timeout-ms'],
    effect: 'RESOURCE_EXHAUSTED, HTTP 408',
    advice: 'find the clients that send or read slowly',
  },
  metadataBytes: {
    subject: 'metadata of a call: names, values, and 32 bytes for each entry; a parameter that is a text',
    unit: 'bytes',
    effect: 'the call is refused, HTTP 431 over 16 KiB; INVALID_ARGUMENT for a parameter',
    advice: 'find the client that sends such requests',
  },
  listItems: {
    subject: 'inputs, outputs, raw contents, and parameters, each; elements of a JSON list besides data',
    effect: 'INVALID_ARGUMENT, HTTP 400',
    advice: 'find the client that sends such requests',
  },
  fields: {
    subject:
      'fields of a message besides the elements of tensors, over all its levels; values of a JSON body besides data',
    effect: 'INVALID_ARGUMENT, HTTP 400',
    advice: 'find the client that sends such requests',
  },
  elements: {
    subject: 'elements of the typed contents of a query that are not packed, such as those of BYTES',
    effect: 'INVALID_ARGUMENT',
    advice: 'send tensors as raw contents',
  },
  rank: {
    subject: 'dimensions of a tensor',
    effect: 'INVALID_ARGUMENT, HTTP 400',
    advice: 'find the client that sends such requests',
  },
  nameBytes: {
    subject: 'name, version or datatype in a query',
    unit: 'bytes',
    effect: 'INVALID_ARGUMENT, HTTP 400',
    advice: 'find the client that sends such requests',
  },
  detailsBytes: {
    subject: 'message of an error, after percent-encoding',
    unit: 'bytes',
    effect: 'the message is cut and ends with …',
    advice: 'the log has the whole message',
    isUncounted: true,
  },
  trailerBytes: {
    subject: 'trailers of a reply',
    unit: 'bytes',
    effect: 'the longest trailers are left out',
    advice: "the parameters of an answer and 'pareto explain' have the same facts",
    isUncounted: true,
  },
};

const byText: ReadonlyMap<string, LimitDescription> = new Map(
  Object.entries(limitDescriptions).map(([name, description]) => [limitText(name as LimitName), description]),
);

/** Returns the description of a limit by its name as programs see it. Undefined for a limit of another release. */
export const describeLimit = (name: string): LimitDescription | undefined => byText.get(name);
