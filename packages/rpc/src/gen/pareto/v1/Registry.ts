// Original file: protos/pareto/v1/registry.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Architecture as _pareto_v1_Architecture, Architecture__Output as _pareto_v1_Architecture__Output } from '../../pareto/v1/Architecture.js';
import type { DeleteRequest as _pareto_v1_DeleteRequest, DeleteRequest__Output as _pareto_v1_DeleteRequest__Output } from '../../pareto/v1/DeleteRequest.js';
import type { DeleteResponse as _pareto_v1_DeleteResponse, DeleteResponse__Output as _pareto_v1_DeleteResponse__Output } from '../../pareto/v1/DeleteResponse.js';
import type { DescribeRequest as _pareto_v1_DescribeRequest, DescribeRequest__Output as _pareto_v1_DescribeRequest__Output } from '../../pareto/v1/DescribeRequest.js';
import type { DescribeResponse as _pareto_v1_DescribeResponse, DescribeResponse__Output as _pareto_v1_DescribeResponse__Output } from '../../pareto/v1/DescribeResponse.js';
import type { ListRequest as _pareto_v1_ListRequest, ListRequest__Output as _pareto_v1_ListRequest__Output } from '../../pareto/v1/ListRequest.js';
import type { ListResponse as _pareto_v1_ListResponse, ListResponse__Output as _pareto_v1_ListResponse__Output } from '../../pareto/v1/ListResponse.js';
import type { ProfileRequest as _pareto_v1_ProfileRequest, ProfileRequest__Output as _pareto_v1_ProfileRequest__Output } from '../../pareto/v1/ProfileRequest.js';
import type { ProfileResponse as _pareto_v1_ProfileResponse, ProfileResponse__Output as _pareto_v1_ProfileResponse__Output } from '../../pareto/v1/ProfileResponse.js';
import type { RegisterArchitectureRequest as _pareto_v1_RegisterArchitectureRequest, RegisterArchitectureRequest__Output as _pareto_v1_RegisterArchitectureRequest__Output } from '../../pareto/v1/RegisterArchitectureRequest.js';
import type { RegisterTaskRequest as _pareto_v1_RegisterTaskRequest, RegisterTaskRequest__Output as _pareto_v1_RegisterTaskRequest__Output } from '../../pareto/v1/RegisterTaskRequest.js';
import type { Task as _pareto_v1_Task, Task__Output as _pareto_v1_Task__Output } from '../../pareto/v1/Task.js';

export interface RegistryClient extends grpc.Client {
  Delete(argument: _pareto_v1_DeleteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _pareto_v1_DeleteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _pareto_v1_DeleteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _pareto_v1_DeleteRequest, callback: grpc.requestCallback<_pareto_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _pareto_v1_DeleteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _pareto_v1_DeleteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _pareto_v1_DeleteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _pareto_v1_DeleteRequest, callback: grpc.requestCallback<_pareto_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  
  Describe(argument: _pareto_v1_DescribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  Describe(argument: _pareto_v1_DescribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  Describe(argument: _pareto_v1_DescribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  Describe(argument: _pareto_v1_DescribeRequest, callback: grpc.requestCallback<_pareto_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  describe(argument: _pareto_v1_DescribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  describe(argument: _pareto_v1_DescribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  describe(argument: _pareto_v1_DescribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  describe(argument: _pareto_v1_DescribeRequest, callback: grpc.requestCallback<_pareto_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  
  List(argument: _pareto_v1_ListRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _pareto_v1_ListRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _pareto_v1_ListRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _pareto_v1_ListRequest, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _pareto_v1_ListRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _pareto_v1_ListRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _pareto_v1_ListRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _pareto_v1_ListRequest, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  
  Profile(argument: _pareto_v1_ProfileRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ProfileResponse__Output>): grpc.ClientUnaryCall;
  Profile(argument: _pareto_v1_ProfileRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ProfileResponse__Output>): grpc.ClientUnaryCall;
  Profile(argument: _pareto_v1_ProfileRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ProfileResponse__Output>): grpc.ClientUnaryCall;
  Profile(argument: _pareto_v1_ProfileRequest, callback: grpc.requestCallback<_pareto_v1_ProfileResponse__Output>): grpc.ClientUnaryCall;
  profile(argument: _pareto_v1_ProfileRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ProfileResponse__Output>): grpc.ClientUnaryCall;
  profile(argument: _pareto_v1_ProfileRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ProfileResponse__Output>): grpc.ClientUnaryCall;
  profile(argument: _pareto_v1_ProfileRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ProfileResponse__Output>): grpc.ClientUnaryCall;
  profile(argument: _pareto_v1_ProfileRequest, callback: grpc.requestCallback<_pareto_v1_ProfileResponse__Output>): grpc.ClientUnaryCall;
  
  RegisterArchitecture(argument: _pareto_v1_RegisterArchitectureRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Architecture__Output>): grpc.ClientUnaryCall;
  RegisterArchitecture(argument: _pareto_v1_RegisterArchitectureRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_Architecture__Output>): grpc.ClientUnaryCall;
  RegisterArchitecture(argument: _pareto_v1_RegisterArchitectureRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Architecture__Output>): grpc.ClientUnaryCall;
  RegisterArchitecture(argument: _pareto_v1_RegisterArchitectureRequest, callback: grpc.requestCallback<_pareto_v1_Architecture__Output>): grpc.ClientUnaryCall;
  registerArchitecture(argument: _pareto_v1_RegisterArchitectureRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Architecture__Output>): grpc.ClientUnaryCall;
  registerArchitecture(argument: _pareto_v1_RegisterArchitectureRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_Architecture__Output>): grpc.ClientUnaryCall;
  registerArchitecture(argument: _pareto_v1_RegisterArchitectureRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Architecture__Output>): grpc.ClientUnaryCall;
  registerArchitecture(argument: _pareto_v1_RegisterArchitectureRequest, callback: grpc.requestCallback<_pareto_v1_Architecture__Output>): grpc.ClientUnaryCall;
  
  RegisterTask(argument: _pareto_v1_RegisterTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Task__Output>): grpc.ClientUnaryCall;
  RegisterTask(argument: _pareto_v1_RegisterTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_Task__Output>): grpc.ClientUnaryCall;
  RegisterTask(argument: _pareto_v1_RegisterTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Task__Output>): grpc.ClientUnaryCall;
  RegisterTask(argument: _pareto_v1_RegisterTaskRequest, callback: grpc.requestCallback<_pareto_v1_Task__Output>): grpc.ClientUnaryCall;
  registerTask(argument: _pareto_v1_RegisterTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Task__Output>): grpc.ClientUnaryCall;
  registerTask(argument: _pareto_v1_RegisterTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_Task__Output>): grpc.ClientUnaryCall;
  registerTask(argument: _pareto_v1_RegisterTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Task__Output>): grpc.ClientUnaryCall;
  registerTask(argument: _pareto_v1_RegisterTaskRequest, callback: grpc.requestCallback<_pareto_v1_Task__Output>): grpc.ClientUnaryCall;
  
}

export interface RegistryHandlers extends grpc.UntypedServiceImplementation {
  Delete: grpc.handleUnaryCall<_pareto_v1_DeleteRequest__Output, _pareto_v1_DeleteResponse>;
  
  Describe: grpc.handleUnaryCall<_pareto_v1_DescribeRequest__Output, _pareto_v1_DescribeResponse>;
  
  List: grpc.handleUnaryCall<_pareto_v1_ListRequest__Output, _pareto_v1_ListResponse>;
  
  Profile: grpc.handleUnaryCall<_pareto_v1_ProfileRequest__Output, _pareto_v1_ProfileResponse>;
  
  RegisterArchitecture: grpc.handleUnaryCall<_pareto_v1_RegisterArchitectureRequest__Output, _pareto_v1_Architecture>;
  
  RegisterTask: grpc.handleUnaryCall<_pareto_v1_RegisterTaskRequest__Output, _pareto_v1_Task>;
  
}

export interface RegistryDefinition extends grpc.ServiceDefinition {
  Delete: MethodDefinition<_pareto_v1_DeleteRequest, _pareto_v1_DeleteResponse, _pareto_v1_DeleteRequest__Output, _pareto_v1_DeleteResponse__Output>
  Describe: MethodDefinition<_pareto_v1_DescribeRequest, _pareto_v1_DescribeResponse, _pareto_v1_DescribeRequest__Output, _pareto_v1_DescribeResponse__Output>
  List: MethodDefinition<_pareto_v1_ListRequest, _pareto_v1_ListResponse, _pareto_v1_ListRequest__Output, _pareto_v1_ListResponse__Output>
  Profile: MethodDefinition<_pareto_v1_ProfileRequest, _pareto_v1_ProfileResponse, _pareto_v1_ProfileRequest__Output, _pareto_v1_ProfileResponse__Output>
  RegisterArchitecture: MethodDefinition<_pareto_v1_RegisterArchitectureRequest, _pareto_v1_Architecture, _pareto_v1_RegisterArchitectureRequest__Output, _pareto_v1_Architecture__Output>
  RegisterTask: MethodDefinition<_pareto_v1_RegisterTaskRequest, _pareto_v1_Task, _pareto_v1_RegisterTaskRequest__Output, _pareto_v1_Task__Output>
}
