// Original file: protos/pareto/v1/fleet.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ControllerMessage as _pareto_v1_ControllerMessage, ControllerMessage__Output as _pareto_v1_ControllerMessage__Output } from '../../pareto/v1/ControllerMessage.js';
import type { DrainRequest as _pareto_v1_DrainRequest, DrainRequest__Output as _pareto_v1_DrainRequest__Output } from '../../pareto/v1/DrainRequest.js';
import type { DrainResponse as _pareto_v1_DrainResponse, DrainResponse__Output as _pareto_v1_DrainResponse__Output } from '../../pareto/v1/DrainResponse.js';
import type { EventsRequest as _pareto_v1_EventsRequest, EventsRequest__Output as _pareto_v1_EventsRequest__Output } from '../../pareto/v1/EventsRequest.js';
import type { EventsResponse as _pareto_v1_EventsResponse, EventsResponse__Output as _pareto_v1_EventsResponse__Output } from '../../pareto/v1/EventsResponse.js';
import type { ListWorkersRequest as _pareto_v1_ListWorkersRequest, ListWorkersRequest__Output as _pareto_v1_ListWorkersRequest__Output } from '../../pareto/v1/ListWorkersRequest.js';
import type { ListWorkersResponse as _pareto_v1_ListWorkersResponse, ListWorkersResponse__Output as _pareto_v1_ListWorkersResponse__Output } from '../../pareto/v1/ListWorkersResponse.js';
import type { OverviewRequest as _pareto_v1_OverviewRequest, OverviewRequest__Output as _pareto_v1_OverviewRequest__Output } from '../../pareto/v1/OverviewRequest.js';
import type { OverviewResponse as _pareto_v1_OverviewResponse, OverviewResponse__Output as _pareto_v1_OverviewResponse__Output } from '../../pareto/v1/OverviewResponse.js';
import type { WorkerMessage as _pareto_v1_WorkerMessage, WorkerMessage__Output as _pareto_v1_WorkerMessage__Output } from '../../pareto/v1/WorkerMessage.js';

export interface FleetClient extends grpc.Client {
  Drain(argument: _pareto_v1_DrainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  Drain(argument: _pareto_v1_DrainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  Drain(argument: _pareto_v1_DrainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  Drain(argument: _pareto_v1_DrainRequest, callback: grpc.requestCallback<_pareto_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  drain(argument: _pareto_v1_DrainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  drain(argument: _pareto_v1_DrainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  drain(argument: _pareto_v1_DrainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  drain(argument: _pareto_v1_DrainRequest, callback: grpc.requestCallback<_pareto_v1_DrainResponse__Output>): grpc.ClientUnaryCall;
  
  Events(argument: _pareto_v1_EventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_EventsResponse__Output>;
  Events(argument: _pareto_v1_EventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_EventsResponse__Output>;
  events(argument: _pareto_v1_EventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_EventsResponse__Output>;
  events(argument: _pareto_v1_EventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_EventsResponse__Output>;
  
  Join(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_WorkerMessage, _pareto_v1_ControllerMessage__Output>;
  Join(options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_WorkerMessage, _pareto_v1_ControllerMessage__Output>;
  join(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_WorkerMessage, _pareto_v1_ControllerMessage__Output>;
  join(options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_WorkerMessage, _pareto_v1_ControllerMessage__Output>;
  
  ListWorkers(argument: _pareto_v1_ListWorkersRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  ListWorkers(argument: _pareto_v1_ListWorkersRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  ListWorkers(argument: _pareto_v1_ListWorkersRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  ListWorkers(argument: _pareto_v1_ListWorkersRequest, callback: grpc.requestCallback<_pareto_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _pareto_v1_ListWorkersRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _pareto_v1_ListWorkersRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _pareto_v1_ListWorkersRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _pareto_v1_ListWorkersRequest, callback: grpc.requestCallback<_pareto_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  
  Overview(argument: _pareto_v1_OverviewRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_OverviewResponse__Output>): grpc.ClientUnaryCall;
  Overview(argument: _pareto_v1_OverviewRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_OverviewResponse__Output>): grpc.ClientUnaryCall;
  Overview(argument: _pareto_v1_OverviewRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_OverviewResponse__Output>): grpc.ClientUnaryCall;
  Overview(argument: _pareto_v1_OverviewRequest, callback: grpc.requestCallback<_pareto_v1_OverviewResponse__Output>): grpc.ClientUnaryCall;
  overview(argument: _pareto_v1_OverviewRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_OverviewResponse__Output>): grpc.ClientUnaryCall;
  overview(argument: _pareto_v1_OverviewRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_OverviewResponse__Output>): grpc.ClientUnaryCall;
  overview(argument: _pareto_v1_OverviewRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_OverviewResponse__Output>): grpc.ClientUnaryCall;
  overview(argument: _pareto_v1_OverviewRequest, callback: grpc.requestCallback<_pareto_v1_OverviewResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface FleetHandlers extends grpc.UntypedServiceImplementation {
  Drain: grpc.handleUnaryCall<_pareto_v1_DrainRequest__Output, _pareto_v1_DrainResponse>;
  
  Events: grpc.handleServerStreamingCall<_pareto_v1_EventsRequest__Output, _pareto_v1_EventsResponse>;
  
  Join: grpc.handleBidiStreamingCall<_pareto_v1_WorkerMessage__Output, _pareto_v1_ControllerMessage>;
  
  ListWorkers: grpc.handleUnaryCall<_pareto_v1_ListWorkersRequest__Output, _pareto_v1_ListWorkersResponse>;
  
  Overview: grpc.handleUnaryCall<_pareto_v1_OverviewRequest__Output, _pareto_v1_OverviewResponse>;
  
}

export interface FleetDefinition extends grpc.ServiceDefinition {
  Drain: MethodDefinition<_pareto_v1_DrainRequest, _pareto_v1_DrainResponse, _pareto_v1_DrainRequest__Output, _pareto_v1_DrainResponse__Output>
  Events: MethodDefinition<_pareto_v1_EventsRequest, _pareto_v1_EventsResponse, _pareto_v1_EventsRequest__Output, _pareto_v1_EventsResponse__Output>
  Join: MethodDefinition<_pareto_v1_WorkerMessage, _pareto_v1_ControllerMessage, _pareto_v1_WorkerMessage__Output, _pareto_v1_ControllerMessage__Output>
  ListWorkers: MethodDefinition<_pareto_v1_ListWorkersRequest, _pareto_v1_ListWorkersResponse, _pareto_v1_ListWorkersRequest__Output, _pareto_v1_ListWorkersResponse__Output>
  Overview: MethodDefinition<_pareto_v1_OverviewRequest, _pareto_v1_OverviewResponse, _pareto_v1_OverviewRequest__Output, _pareto_v1_OverviewResponse__Output>
}
