// The limits on what a caller can send and hold, as one value. Every transport applies the same limits.

export interface Limits {
  /** Maximum size of a message with tensors or files, in bytes. */
  readonly messageBytes: number;
  /** Maximum size of any other message of a client, in bytes. */
  readonly smallMessageBytes: number;
  /** Maximum size of the requests and replies that a process holds, in bytes. */
  readonly bufferedBytes: number;
  /** Maximum number of connections to a process, over all its ports for calls. */
  readonly connections: number;
  /** Maximum number of open calls on one connection. */
  readonly streams: number;
  /** Maximum number of calls without permission on one connection. */
  readonly denials: number;
  /** Maximum number of load and unload calls in progress at one router. */
  readonly loads: number;
  /** Maximum time without data in the middle of a request or of a reply, in ms. */
  readonly stallMs: number;
  /** Maximum size of the metadata of a call, as HTTP/2 counts it: names, values, and 32 bytes per entry. */
  readonly metadataBytes: number;
  /** Maximum number of inputs, of outputs, of raw contents, and of entries in one map of parameters. */
  readonly listItems: number;
  /** Maximum number of fields of a message without tensors, over all its levels. */
  readonly fields: number;
  /** Maximum number of elements of typed contents that are not packed: those of BYTES, and of encoders that do not pack. */
  readonly elements: number;
  /** Maximum number of dimensions of a tensor. */
  readonly rank: number;
  /** Maximum length of a name, a version, an id or a datatype in a query, in bytes. */
  readonly nameBytes: number;
  /** Maximum size of the message of an error, after percent-encoding, in bytes. */
  readonly detailsBytes: number;
  /** Maximum size of the trailers of a reply, in bytes. */
  readonly trailerBytes: number;
}

export type LimitName = keyof Limits;

const mib = 1024 * 1024;

export const defaultLimits: Limits = {
  messageBytes: 64 * mib,
  smallMessageBytes: mib,
  bufferedBytes: 192 * mib,
  connections: 2048,
  streams: 1024,
  denials: 100,
  loads: 64,
  stallMs: 30_000,
  metadataBytes: 64 * 1024,
  listItems: 1024,
  fields: 65_536,
  elements: 262_144,
  rank: 32,
  nameBytes: 1024,
  detailsBytes: 2048,
  trailerBytes: 8192,
};

interface LimitDescription {
  readonly subject: string;
  readonly unit: 'bytes' | 'ms' | '';
  /** Flag that sets the limit. Undefined if it is fixed. */
  readonly flag?: string;
  /** What happens at the limit. */
  readonly effect: string;
}

/** The table of all limits, from which the reference page is generated. */
export const limitDescriptions: Readonly<Record<LimitName, LimitDescription>> = {
  messageBytes: {
    subject: 'size of a message with tensors or files',
    unit: 'bytes',
    flag: '--max-message-bytes',
    effect: 'RESOURCE_EXHAUSTED, HTTP 413',
  },
  smallMessageBytes: {
    subject: 'size of any other message of a client',
    unit: 'bytes',
    effect: 'RESOURCE_EXHAUSTED, HTTP 413',
  },
  bufferedBytes: {
    subject: 'size of all requests and replies of one process, with 16 KiB for each',
    unit: 'bytes',
    flag: '--max-buffered-bytes',
    effect:
      'the call ends that holds the most bytes while it waits for its client, after a second of waiting; if there is none, the new call: RESOURCE_EXHAUSTED, HTTP 429',
  },
  connections: {
    subject: 'connections to one process',
    unit: '',
    flag: '--max-connections',
    effect: 'the connection that has been of no use for the longest is closed; if all are in use, the new one',
  },
  streams: {
    subject: 'open calls on one connection',
    unit: '',
    flag: '--max-streams',
    effect: 'clients wait; further streams are refused',
  },
  loads: {
    subject: 'load and unload calls in progress at one router',
    unit: '',
    effect: 'RESOURCE_EXHAUSTED, HTTP 429',
  },
  denials: {
    subject: 'calls without permission on one connection',
    unit: '',
    effect: 'the connection is closed',
  },
  stallMs: {
    subject: 'time without data in the middle of a request or reply',
    unit: 'ms',
    flag: '--stall-timeout-ms',
    effect: 'RESOURCE_EXHAUSTED, HTTP 408',
  },
  metadataBytes: {
    subject: 'metadata of a call: names, values, and 32 bytes for each entry',
    unit: 'bytes',
    effect: 'the call is refused; HTTP 431 over 16 KiB',
  },
  listItems: {
    subject: 'inputs, outputs, raw contents, and parameters, each',
    unit: '',
    effect: 'INVALID_ARGUMENT, HTTP 400',
  },
  fields: {
    subject: 'fields of a message without tensors, over all its levels',
    unit: '',
    effect: 'INVALID_ARGUMENT, HTTP 400',
  },
  elements: {
    subject: 'elements of typed contents that are not packed, such as those of BYTES',
    unit: '',
    effect: 'INVALID_ARGUMENT',
  },
  rank: { subject: 'dimensions of a tensor', unit: '', effect: 'INVALID_ARGUMENT, HTTP 400' },
  nameBytes: {
    subject: 'name, version, id or datatype in a query',
    unit: 'bytes',
    effect: 'INVALID_ARGUMENT, HTTP 400',
  },
  detailsBytes: {
    subject: 'message of an error, after percent-encoding',
    unit: 'bytes',
    effect: 'the message is cut and ends with …',
  },
  trailerBytes: { subject: 'trailers of a reply', unit: 'bytes', effect: 'the longest trailers are left out' },
};
