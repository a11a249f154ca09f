// Original file: protos/pareto/v1/execution.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { PingRequest as _pareto_v1_PingRequest, PingRequest__Output as _pareto_v1_PingRequest__Output } from '../../pareto/v1/PingRequest.js';
import type { PingResponse as _pareto_v1_PingResponse, PingResponse__Output as _pareto_v1_PingResponse__Output } from '../../pareto/v1/PingResponse.js';

export interface ExecutionClient extends grpc.Client {
  Ping(argument: _pareto_v1_PingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_PingResponse__Output>): grpc.ClientUnaryCall;
  Ping(argument: _pareto_v1_PingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_PingResponse__Output>): grpc.ClientUnaryCall;
  Ping(argument: _pareto_v1_PingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_PingResponse__Output>): grpc.ClientUnaryCall;
  Ping(argument: _pareto_v1_PingRequest, callback: grpc.requestCallback<_pareto_v1_PingResponse__Output>): grpc.ClientUnaryCall;
  ping(argument: _pareto_v1_PingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_PingResponse__Output>): grpc.ClientUnaryCall;
  ping(argument: _pareto_v1_PingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_PingResponse__Output>): grpc.ClientUnaryCall;
  ping(argument: _pareto_v1_PingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_PingResponse__Output>): grpc.ClientUnaryCall;
  ping(argument: _pareto_v1_PingRequest, callback: grpc.requestCallback<_pareto_v1_PingResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface ExecutionHandlers extends grpc.UntypedServiceImplementation {
  Ping: grpc.handleUnaryCall<_pareto_v1_PingRequest__Output, _pareto_v1_PingResponse>;
  
}

export interface ExecutionDefinition extends grpc.ServiceDefinition {
  Ping: MethodDefinition<_pareto_v1_PingRequest, _pareto_v1_PingResponse, _pareto_v1_PingRequest__Output, _pareto_v1_PingResponse__Output>
}
