// Original file: protos/pareto/v1/routes.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { RouterMessage as _pareto_v1_RouterMessage, RouterMessage__Output as _pareto_v1_RouterMessage__Output } from '../../pareto/v1/RouterMessage.js';
import type { TableMessage as _pareto_v1_TableMessage, TableMessage__Output as _pareto_v1_TableMessage__Output } from '../../pareto/v1/TableMessage.js';

export interface RoutesClient extends grpc.Client {
  Watch(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_RouterMessage, _pareto_v1_TableMessage__Output>;
  Watch(options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_RouterMessage, _pareto_v1_TableMessage__Output>;
  watch(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_RouterMessage, _pareto_v1_TableMessage__Output>;
  watch(options?: grpc.CallOptions): grpc.ClientDuplexStream<_pareto_v1_RouterMessage, _pareto_v1_TableMessage__Output>;
  
}

export interface RoutesHandlers extends grpc.UntypedServiceImplementation {
  Watch: grpc.handleBidiStreamingCall<_pareto_v1_RouterMessage__Output, _pareto_v1_TableMessage>;
  
}

export interface RoutesDefinition extends grpc.ServiceDefinition {
  Watch: MethodDefinition<_pareto_v1_RouterMessage, _pareto_v1_TableMessage, _pareto_v1_RouterMessage__Output, _pareto_v1_TableMessage__Output>
}
