// The limits on what a caller can send and hold, as one value. Every transport applies the same limits. Those
// on floods of HTTP/2 frames are in `flood-limit.ts` of `packages/http2`.

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
  /** Maximum number of calls on one connection that are rejected because of their headers. */
  readonly denials: number;
  /** Maximum number of load and unload calls in progress at one router. */
  readonly loads: number;
  /** Maximum number of models for which load and unload requests wait at the leader. */
  readonly queuedLoads: number;
  /** Maximum number of large HTTP requests and replies that wait for a thread of a router. */
  readonly jsonTasks: number;
  /** Minimum mean size of the chunks of an HTTP body, or of a gRPC message, after the first 1,024, in bytes. */
  readonly chunkBytes: number;
  /** Maximum number of unfinished uploads of model files. */
  readonly uploads: number;
  /** Maximum time without data in the middle of a request or of a reply, in ms. */
  readonly stallMs: number;
  /** Maximum size of the metadata of a call, as HTTP/2 counts it: names, values, and 32 bytes per entry. */
  readonly metadataBytes: number;
  /** Maximum number of inputs, of outputs, of raw contents, and of entries in one map of parameters. */
  readonly listItems: number;
  /** Maximum number of fields of a message besides the elements of tensors, over all its levels. */
  readonly fields: number;
  /** Maximum number of elements of typed contents that are not packed: those of BYTES, and of encoders that do not pack. */
  readonly elements: number;
  /** Maximum number of dimensions of a tensor. */
  readonly rank: number;
  /** Maximum length of a name, a version or a datatype in a query, in bytes. */
  readonly nameBytes: number;
  /** Maximum size of the message of an error, after percent-encoding, in bytes. */
  readonly detailsBytes: number;
  /** Maximum size of the trailers of a reply, in bytes. */
  readonly trailerBytes: number;
}

const mib = 1024 * 1024;

export const defaultLimits: Limits = {
  messageBytes: 64 * mib,
  smallMessageBytes: mib,
  bufferedBytes: 192 * mib,
  connections: 2048,
  streams: 1024,
  denials: 100,
  loads: 64,
  queuedLoads: 1000,
  jsonTasks: 64,
  chunkBytes: 64,
  uploads: 256,
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
