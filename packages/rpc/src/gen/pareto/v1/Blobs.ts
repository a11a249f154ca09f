// Original file: protos/pareto/v1/registry.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DownloadRequest as _pareto_v1_DownloadRequest, DownloadRequest__Output as _pareto_v1_DownloadRequest__Output } from '../../pareto/v1/DownloadRequest.js';
import type { DownloadResponse as _pareto_v1_DownloadResponse, DownloadResponse__Output as _pareto_v1_DownloadResponse__Output } from '../../pareto/v1/DownloadResponse.js';
import type { StatRequest as _pareto_v1_StatRequest, StatRequest__Output as _pareto_v1_StatRequest__Output } from '../../pareto/v1/StatRequest.js';
import type { StatResponse as _pareto_v1_StatResponse, StatResponse__Output as _pareto_v1_StatResponse__Output } from '../../pareto/v1/StatResponse.js';
import type { UploadRequest as _pareto_v1_UploadRequest, UploadRequest__Output as _pareto_v1_UploadRequest__Output } from '../../pareto/v1/UploadRequest.js';
import type { UploadResponse as _pareto_v1_UploadResponse, UploadResponse__Output as _pareto_v1_UploadResponse__Output } from '../../pareto/v1/UploadResponse.js';

export interface BlobsClient extends grpc.Client {
  Download(argument: _pareto_v1_DownloadRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_DownloadResponse__Output>;
  Download(argument: _pareto_v1_DownloadRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_DownloadResponse__Output>;
  download(argument: _pareto_v1_DownloadRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_DownloadResponse__Output>;
  download(argument: _pareto_v1_DownloadRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_DownloadResponse__Output>;
  
  Stat(argument: _pareto_v1_StatRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_StatResponse__Output>): grpc.ClientUnaryCall;
  Stat(argument: _pareto_v1_StatRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_StatResponse__Output>): grpc.ClientUnaryCall;
  Stat(argument: _pareto_v1_StatRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_StatResponse__Output>): grpc.ClientUnaryCall;
  Stat(argument: _pareto_v1_StatRequest, callback: grpc.requestCallback<_pareto_v1_StatResponse__Output>): grpc.ClientUnaryCall;
  stat(argument: _pareto_v1_StatRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_StatResponse__Output>): grpc.ClientUnaryCall;
  stat(argument: _pareto_v1_StatRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_StatResponse__Output>): grpc.ClientUnaryCall;
  stat(argument: _pareto_v1_StatRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_StatResponse__Output>): grpc.ClientUnaryCall;
  stat(argument: _pareto_v1_StatRequest, callback: grpc.requestCallback<_pareto_v1_StatResponse__Output>): grpc.ClientUnaryCall;
  
  Upload(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_UploadResponse__Output>): grpc.ClientWritableStream<_pareto_v1_UploadRequest>;
  Upload(metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_UploadResponse__Output>): grpc.ClientWritableStream<_pareto_v1_UploadRequest>;
  Upload(options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_UploadResponse__Output>): grpc.ClientWritableStream<_pareto_v1_UploadRequest>;
  Upload(callback: grpc.requestCallback<_pareto_v1_UploadResponse__Output>): grpc.ClientWritableStream<_pareto_v1_UploadRequest>;
  upload(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_UploadResponse__Output>): grpc.ClientWritableStream<_pareto_v1_UploadRequest>;
  upload(metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_UploadResponse__Output>): grpc.ClientWritableStream<_pareto_v1_UploadRequest>;
  upload(options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_UploadResponse__Output>): grpc.ClientWritableStream<_pareto_v1_UploadRequest>;
  upload(callback: grpc.requestCallback<_pareto_v1_UploadResponse__Output>): grpc.ClientWritableStream<_pareto_v1_UploadRequest>;
  
}

export interface BlobsHandlers extends grpc.UntypedServiceImplementation {
  Download: grpc.handleServerStreamingCall<_pareto_v1_DownloadRequest__Output, _pareto_v1_DownloadResponse>;
  
  Stat: grpc.handleUnaryCall<_pareto_v1_StatRequest__Output, _pareto_v1_StatResponse>;
  
  Upload: grpc.handleClientStreamingCall<_pareto_v1_UploadRequest__Output, _pareto_v1_UploadResponse>;
  
}

export interface BlobsDefinition extends grpc.ServiceDefinition {
  Download: MethodDefinition<_pareto_v1_DownloadRequest, _pareto_v1_DownloadResponse, _pareto_v1_DownloadRequest__Output, _pareto_v1_DownloadResponse__Output>
  Stat: MethodDefinition<_pareto_v1_StatRequest, _pareto_v1_StatResponse, _pareto_v1_StatRequest__Output, _pareto_v1_StatResponse__Output>
  Upload: MethodDefinition<_pareto_v1_UploadRequest, _pareto_v1_UploadResponse, _pareto_v1_UploadRequest__Output, _pareto_v1_UploadResponse__Output>
}
