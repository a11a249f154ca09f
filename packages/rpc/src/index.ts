export {
  createChannel,
  createClient,
  createRawCaller,
  waitForReady,
  type Channel,
  type ChannelOptions,
  type RawCaller,
  type RawReply,
} from './client/client.js';
export { createFrameChannel } from './client/frame-channel.js';
export { createUnaryMethod } from './client/unary-method.js';
export {
  type PayloadCall,
  type PayloadChannel,
  type PayloadChannelOptions,
  type PayloadReply,
} from './client/payload-channel.js';
export { onDisconnected } from './client/connect.js';
export {
  type LocalInfer,
  type OnReply,
  type RoutedHandler,
  type RoutedQuery,
  type RoutedReply,
} from './server/local-call.js';
export { createServer, type Guard, type RpcServer, type ServerOptions } from './server/server.js';
export {
  createFrameServer,
  type FrameServer,
  type FrameServerOptions,
  type RequestListener,
} from './server/frame-server.js';
export type { FrameStream } from './http2/frame-stream.js';
export type { StreamHandler } from './http2/stream-handler.js';
export { headerList, HeaderList } from './http2/hpack/header-list.js';
export { hostOf } from './limits/host.js';
export { createLimiter, type Limiter, type LimiterOptions } from './limits/limiter.js';
export { limitError, limitOf } from './limits/limit-error.js';
export { defaultLimits, type Limits } from './limits/limits.js';
export { describeLimit, limitDescriptions, limitText, type LimitName } from './limits/limit-table.js';
export { type CallBytes } from './limits/byte-budget.js';
export { Use, type Connection } from './limits/connections.js';
export { cutDetails, cutTrailers } from './transport/status-details.js';
export { formatAddress, type CallOptions } from './transport/options.js';
export { streamWindowBytes } from './http2/run-on-socket.js';
export { type CallHead } from './calls/incoming-call.js';
export { type Cancellation } from './calls/cancellation.js';
export { type ServerCall } from './calls/server-call.js';
export { ReceivedQuery, type RoutedCall } from './calls/routed-call.js';
export {
  rawDuplex,
  rawUnary,
  rawUnaryWithReceiver,
  type MethodPath,
  type RawDuplex,
  type RawUnary,
  type ReplyReceiver,
  type ServiceClient,
  type ServiceHandlers,
  type ServiceName,
  type UnaryHandler,
} from './calls/services.js';
export { encodedOnce } from './calls/encode-once.js';
export { replyToJson, type JsonObject, type JsonValue } from './calls/proto-json.js';
export { joinFrames, payloadOf, sliceFrames, type Payload } from './oip/payload.js';
export { encodePiecewiseRequest, type PiecewiseRequest, type PiecewiseTensor } from './oip/raw-request.js';
export { type DuplexStream } from './transport/streams.js';
export { createFailover, type Failover, type FailoverOptions, type FailoverCallOptions } from './failover/failover.js';
export { createFailoverClient, type FailoverClient } from './failover/failover-client.js';
export { leaderOf, notLeaderError } from './failover/failover-steps.js';
export { uploadBlob, type Upload } from './failover/failover-upload.js';
export { isNotSent } from './transport/not-sent.js';
export { scanInferRequest, type ScannedInput, type ScannedOutput, type ScannedRequest } from './oip/scan.js';
export {
  noParameters,
  type ParameterInput,
  type ParameterKind,
  type ParameterValue,
  type ScannedParameters,
  priorityOf,
} from './oip/parameters.js';
export { encodeStreamAnswer, encodeStreamError } from './oip/stream.js';
export { decodeTypedContents, hasTypedContents } from './oip/contents.js';
export {
  decodeInferResponse,
  encodeInferRequest,
  encodeInferResponse,
  expectedBytes,
  type DecodedInferResponse,
  type InferRequestMessage,
  type RequestedOutput,
} from './oip/messages.js';
export {
  encodeCommonParameters,
  type CommonParameters,
  type InferResponseMessage,
  type RawTensor,
} from './oip/infer-response.js';
export {
  decisionKey,
  decisionVersion,
  decodeDecision,
  encodeDecision,
  formatLoad,
  internalPrefix,
  loadKey,
  notExecutedKey,
  parseLoad,
  tokenKey,
  type ReplyLoad,
  type RoutedDecision,
} from './oip/decision.js';
export type * as wire from './gen/messages.js';
export type { Complete } from './wire/complete.js';
export {
  accuracyFromWire,
  accuracyToWire,
  checkObjective,
  metricFromWire,
  objectiveFromWire,
  objectiveToWire,
} from './wire/objective.js';
export { bucketFromWire, bucketToWire, profileFromWire, profileToWire } from './wire/profile.js';
export { observedFromWire, observedToWire } from './wire/observed-shapes.js';
export {
  architectureFromWire,
  architectureToWire,
  labelsFromWire,
  manifestFromWire,
  manifestToWire,
  measurementFromWire,
  measurementToWire,
  recipeOutcomeFromWire,
  recipeOutcomeToWire,
  signatureFromWire,
  signatureToWire,
  taskFromWire,
  taskToWire,
  variantSpecFromWire,
  variantSpecToWire,
} from './wire/registry.js';
export {
  inferCountsFromWire,
  inferCountsToWire,
  replicaReportFromWire,
  replicaReportToWire,
  replicaStateFromWire,
  replicaStateToWire,
  slotGroupFromWire,
  slotGroupToWire,
  workerInfoFromWire,
  workerInfoToWire,
} from './wire/fleet.js';
export { type ServerTls, type PeerRole } from './tls/server-tls.js';
export { createWebServer, type WebServer } from './tls/web-server.js';
export { type ChannelTls } from './tls/channel-tls.js';
export { constantSource, type TlsMaterial, type TlsSource } from './tls/material.js';
export { describeRole, roleUri, type Role, type ServiceRole } from './tls/role.js';
export {
  certificateFiles,
  checkCertificates,
  readCertificateFiles,
  type CertificateFiles,
  type Certificates,
} from './tls/certificates.js';
export { readClientCertificates, type ClientCertificates } from './tls/client-certificates.js';
