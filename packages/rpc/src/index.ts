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
export {
  type LocalInfer,
  type OnReply,
  type RoutedHandler,
  type RoutedQuery,
  type RoutedReply,
} from './server/local-call.js';
export { type Guard } from './server/implement.js';
export { createServer, type RpcServer, type ServerOptions } from './server/server.js';
export { hostOf } from './limits/host.js';
export { createLimiter, type Limiter, type LimiterOptions } from './limits/limiter.js';
export { type CallBytes } from './limits/byte-budget.js';
export { Use, type Connection } from './limits/connections.js';
export { formatAddress, type CallOptions } from './transport/options.js';
export { type CallHead, type ServerCall } from './calls/server-call.js';
export { type Cancellation } from './calls/cancellation.js';

export { ReceivedQuery, type RoutedCall } from './calls/routed-call.js';
export {
  rawDuplex,
  rawUnary,
  rawUnaryWithReceiver,
  type MethodPath,
  type RawUnary,
  type ReplyReceiver,
  type ServiceClient,
  type ServiceHandlers,
} from './calls/services.js';
export { type DuplexStream } from './transport/streams.js';
export { createFailover, type Failover, type FailoverOptions, type FailoverCallOptions } from './failover/failover.js';
export { createFailoverClient, type FailoverClient } from './failover/failover-client.js';
export { leaderOf, notLeaderError } from './failover/failover-steps.js';
export { uploadBlob, type Upload } from './failover/failover-upload.js';
export { isNotSent, isReset } from './transport/connection-error.js';
export { type ServerTls, type PeerRole } from './tls/server-tls.js';
export { createWebServer, type WebServer } from './tls/web-server.js';
export { type ChannelTls } from './tls/channel-tls.js';
export { constantSource, type TlsMaterial, type TlsSource } from './tls/material.js';
export { describeRole, isServiceRole, roleUri, type Role, type ServiceRole } from './tls/role.js';
export {
  certificateFiles,
  checkCertificates,
  readCertificateFiles,
  type CertificateFiles,
  type Certificates,
} from './tls/certificates.js';
export { readClientCertificates, type ClientCertificates } from './tls/client-certificates.js';
