// Original file: protos/pareto/v1/routes.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { RouterMessage as _pareto_v1_RouterMessage, RouterMessage__Output as _pareto_v1_RouterMessage__Output } from '../../pareto/v1/RouterMessage.js';
import type { SetWarmthRequest as _pareto_v1_SetWarmthRequest, SetWarmthRequest__Output as _pareto_v1_SetWarmthRequest__Output } from '../../pareto/v1/SetWarmthRequest.js';
import type { SetWarmthResponse as _pareto_v1_SetWarmthResponse, SetWarmthResponse__Output as _pareto_v1_SetWarmthResponse__Output } from '../../pareto/v1/SetWarmthResponse.js';
import type { StatisticsRequest as _pareto_v1_StatisticsRequest, StatisticsRequest__Output as _pareto_v1_StatisticsRequest__Output } from '../../pareto/v1/StatisticsRequest.js';
import type { StatisticsResponse as _pareto_v1_StatisticsResponse, StatisticsResponse__Output as _pareto_v1_StatisticsResponse__Output } from '../../pareto/v1/StatisticsResponse.js';
import type { TableMessage as _pareto_v1_TableMessage, TableMessage__Output as _pareto_v1_TableMessage__Output } from '../../pareto/v1/TableMessage.js';

export interface RoutesClient extends grpc.Client {
  SetWarmth(argument: _pareto_v1_SetWarmthRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_SetWarmthResponse__Output>): grpc.ClientUnaryCall;
  SetWarmth(argument: _pareto_v1_SetWarmthRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_SetWarmthResponse__Output>): grpc.ClientUnaryCall;
  SetWarmth(argument: _pareto_v1_SetWarmthRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_SetWarmthResponse__Output>): grpc.ClientUnaryCall;
  SetWarmth(argument: _pareto_v1_SetWarmthRequest, callback: grpc.requestCallback<_pareto_v1_SetWarmthResponse__Output>): grpc.ClientUnaryCall;
  setWarmth(argument: _pareto_v1_SetWarmthRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_SetWarmthResponse__Output>): grpc.ClientUnaryCall;
  setWarmth(argument: _pareto_v1_SetWarmthRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_SetWarmthResponse__Output>): grpc.ClientUnaryCall;
  setWarmth(argument: _pareto_v1_SetWarmthRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_SetWarmthResponse__Output>): grpc.ClientUnaryCall;
  setWarmth(argument: _pareto_v1_SetWarmthRequest, callback: grpc.requestCallback<_pareto_v1_SetWarmthResponse__Output>): grpc.ClientUnaryCall;
  
  Statistics(argument: _pareto_v1_StatisticsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_StatisticsResponse__Output>): grpc.ClientUnaryCall;
  Statistics(argument: _pareto_v1_StatisticsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_StatisticsResponse__Output>): grpc.ClientUnaryCall;
  Statistics(argument: _pareto_v1_StatisticsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_StatisticsResponse__Output>): grpc.ClientUnaryCall;
  Statistics(argument: _pareto_v1_StatisticsRequest, callback: grpc.requestCallback<_pareto_v1_StatisticsResponse__Output>): grpc.ClientUnaryCall;
  statistics(argument: _pareto_v1_StatisticsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_StatisticsResponse__Output>): grpc.ClientUnaryCall;
  statistics(argument: _pareto_v1_StatisticsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_StatisticsResponse__Output>): grpc.ClientUnaryCall;
  statistics(argument: _pareto_v1_StatisticsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_StatisticsResponse__Output>): grpc.ClientUnaryCall;
  statistics(argument: _pareto_v1_StatisticsRequest, callback: grpc.requestCallback<_pareto_v1_StatisticsResponse__Output>): grpc.ClientUnaryCall;
  
  Watch(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_RouterMessage, _pareto_v1_TableMessage__Output>;
  Watch(options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_RouterMessage, _pareto_v1_TableMessage__Output>;
  watch(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_RouterMessage, _pareto_v1_TableMessage__Output>;
  watch(options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_RouterMessage, _pareto_v1_TableMessage__Output>;
  
}

export interface RoutesHandlers extends grpc.UntypedServiceImplementation {
  SetWarmth: grpc.handleUnaryCall<_pareto_v1_SetWarmthRequest__Output, _pareto_v1_SetWarmthResponse>;
  
  Statistics: grpc.handleUnaryCall<_pareto_v1_StatisticsRequest__Output, _pareto_v1_StatisticsResponse>;
  
  Watch: grpc.handleBidiStreamingCall<_pareto_v1_RouterMessage__Output, _pareto_v1_TableMessage>;
  
}

export interface RoutesDefinition extends grpc.ServiceDefinition {
  SetWarmth: MethodDefinition<_pareto_v1_SetWarmthRequest, _pareto_v1_SetWarmthResponse, _pareto_v1_SetWarmthRequest__Output, _pareto_v1_SetWarmthResponse__Output>
  Statistics: MethodDefinition<_pareto_v1_StatisticsRequest, _pareto_v1_StatisticsResponse, _pareto_v1_StatisticsRequest__Output, _pareto_v1_StatisticsResponse__Output>
  Watch: MethodDefinition<_pareto_v1_RouterMessage, _pareto_v1_TableMessage, _pareto_v1_RouterMessage__Output, _pareto_v1_TableMessage__Output>
}
