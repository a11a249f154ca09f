// Original file: protos/pareto/v1/registry.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Architecture as _pareto_v1_Architecture, Architecture__Output as _pareto_v1_Architecture__Output } from '../../pareto/v1/Architecture.js';
import type { BackupRequest as _pareto_v1_BackupRequest, BackupRequest__Output as _pareto_v1_BackupRequest__Output } from '../../pareto/v1/BackupRequest.js';
import type { BackupResponse as _pareto_v1_BackupResponse, BackupResponse__Output as _pareto_v1_BackupResponse__Output } from '../../pareto/v1/BackupResponse.js';
import type { DeleteRequest as _pareto_v1_DeleteRequest, DeleteRequest__Output as _pareto_v1_DeleteRequest__Output } from '../../pareto/v1/DeleteRequest.js';
import type { DeleteResponse as _pareto_v1_DeleteResponse, DeleteResponse__Output as _pareto_v1_DeleteResponse__Output } from '../../pareto/v1/DeleteResponse.js';
import type { DescribeRequest as _pareto_v1_DescribeRequest, DescribeRequest__Output as _pareto_v1_DescribeRequest__Output } from '../../pareto/v1/DescribeRequest.js';
import type { DescribeResponse as _pareto_v1_DescribeResponse, DescribeResponse__Output as _pareto_v1_DescribeResponse__Output } from '../../pareto/v1/DescribeResponse.js';
import type { JobsRequest as _pareto_v1_JobsRequest, JobsRequest__Output as _pareto_v1_JobsRequest__Output } from '../../pareto/v1/JobsRequest.js';
import type { JobsResponse as _pareto_v1_JobsResponse, JobsResponse__Output as _pareto_v1_JobsResponse__Output } from '../../pareto/v1/JobsResponse.js';
import type { LiftRuleRequest as _pareto_v1_LiftRuleRequest, LiftRuleRequest__Output as _pareto_v1_LiftRuleRequest__Output } from '../../pareto/v1/LiftRuleRequest.js';
import type { ListRequest as _pareto_v1_ListRequest, ListRequest__Output as _pareto_v1_ListRequest__Output } from '../../pareto/v1/ListRequest.js';
import type { ListResponse as _pareto_v1_ListResponse, ListResponse__Output as _pareto_v1_ListResponse__Output } from '../../pareto/v1/ListResponse.js';
import type { ListRulesRequest as _pareto_v1_ListRulesRequest, ListRulesRequest__Output as _pareto_v1_ListRulesRequest__Output } from '../../pareto/v1/ListRulesRequest.js';
import type { ListRulesResponse as _pareto_v1_ListRulesResponse, ListRulesResponse__Output as _pareto_v1_ListRulesResponse__Output } from '../../pareto/v1/ListRulesResponse.js';
import type { ProfileRequest as _pareto_v1_ProfileRequest, ProfileRequest__Output as _pareto_v1_ProfileRequest__Output } from '../../pareto/v1/ProfileRequest.js';
import type { ProfileResponse as _pareto_v1_ProfileResponse, ProfileResponse__Output as _pareto_v1_ProfileResponse__Output } from '../../pareto/v1/ProfileResponse.js';
import type { RegisterArchitectureRequest as _pareto_v1_RegisterArchitectureRequest, RegisterArchitectureRequest__Output as _pareto_v1_RegisterArchitectureRequest__Output } from '../../pareto/v1/RegisterArchitectureRequest.js';
import type { RegisterTaskRequest as _pareto_v1_RegisterTaskRequest, RegisterTaskRequest__Output as _pareto_v1_RegisterTaskRequest__Output } from '../../pareto/v1/RegisterTaskRequest.js';
import type { RestoreRequest as _pareto_v1_RestoreRequest, RestoreRequest__Output as _pareto_v1_RestoreRequest__Output } from '../../pareto/v1/RestoreRequest.js';
import type { RestoreResponse as _pareto_v1_RestoreResponse, RestoreResponse__Output as _pareto_v1_RestoreResponse__Output } from '../../pareto/v1/RestoreResponse.js';
import type { Rule as _pareto_v1_Rule, Rule__Output as _pareto_v1_Rule__Output } from '../../pareto/v1/Rule.js';
import type { SetRuleRequest as _pareto_v1_SetRuleRequest, SetRuleRequest__Output as _pareto_v1_SetRuleRequest__Output } from '../../pareto/v1/SetRuleRequest.js';
import type { Task as _pareto_v1_Task, Task__Output as _pareto_v1_Task__Output } from '../../pareto/v1/Task.js';

export interface RegistryClient extends grpc.Client {
  Backup(argument: _pareto_v1_BackupRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_BackupResponse__Output>;
  Backup(argument: _pareto_v1_BackupRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_BackupResponse__Output>;
  backup(argument: _pareto_v1_BackupRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_BackupResponse__Output>;
  backup(argument: _pareto_v1_BackupRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_pareto_v1_BackupResponse__Output>;
  
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
  
  Jobs(argument: _pareto_v1_JobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_JobsResponse__Output>): grpc.ClientUnaryCall;
  Jobs(argument: _pareto_v1_JobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_JobsResponse__Output>): grpc.ClientUnaryCall;
  Jobs(argument: _pareto_v1_JobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_JobsResponse__Output>): grpc.ClientUnaryCall;
  Jobs(argument: _pareto_v1_JobsRequest, callback: grpc.requestCallback<_pareto_v1_JobsResponse__Output>): grpc.ClientUnaryCall;
  jobs(argument: _pareto_v1_JobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_JobsResponse__Output>): grpc.ClientUnaryCall;
  jobs(argument: _pareto_v1_JobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_JobsResponse__Output>): grpc.ClientUnaryCall;
  jobs(argument: _pareto_v1_JobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_JobsResponse__Output>): grpc.ClientUnaryCall;
  jobs(argument: _pareto_v1_JobsRequest, callback: grpc.requestCallback<_pareto_v1_JobsResponse__Output>): grpc.ClientUnaryCall;
  
  LiftRule(argument: _pareto_v1_LiftRuleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  LiftRule(argument: _pareto_v1_LiftRuleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  LiftRule(argument: _pareto_v1_LiftRuleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  LiftRule(argument: _pareto_v1_LiftRuleRequest, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  liftRule(argument: _pareto_v1_LiftRuleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  liftRule(argument: _pareto_v1_LiftRuleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  liftRule(argument: _pareto_v1_LiftRuleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  liftRule(argument: _pareto_v1_LiftRuleRequest, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  
  List(argument: _pareto_v1_ListRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _pareto_v1_ListRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _pareto_v1_ListRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _pareto_v1_ListRequest, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _pareto_v1_ListRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _pareto_v1_ListRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _pareto_v1_ListRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _pareto_v1_ListRequest, callback: grpc.requestCallback<_pareto_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  
  ListRules(argument: _pareto_v1_ListRulesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListRulesResponse__Output>): grpc.ClientUnaryCall;
  ListRules(argument: _pareto_v1_ListRulesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ListRulesResponse__Output>): grpc.ClientUnaryCall;
  ListRules(argument: _pareto_v1_ListRulesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListRulesResponse__Output>): grpc.ClientUnaryCall;
  ListRules(argument: _pareto_v1_ListRulesRequest, callback: grpc.requestCallback<_pareto_v1_ListRulesResponse__Output>): grpc.ClientUnaryCall;
  listRules(argument: _pareto_v1_ListRulesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListRulesResponse__Output>): grpc.ClientUnaryCall;
  listRules(argument: _pareto_v1_ListRulesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ListRulesResponse__Output>): grpc.ClientUnaryCall;
  listRules(argument: _pareto_v1_ListRulesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ListRulesResponse__Output>): grpc.ClientUnaryCall;
  listRules(argument: _pareto_v1_ListRulesRequest, callback: grpc.requestCallback<_pareto_v1_ListRulesResponse__Output>): grpc.ClientUnaryCall;
  
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
  
  Restore(argument: _pareto_v1_RestoreRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_RestoreResponse__Output>): grpc.ClientUnaryCall;
  Restore(argument: _pareto_v1_RestoreRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_RestoreResponse__Output>): grpc.ClientUnaryCall;
  Restore(argument: _pareto_v1_RestoreRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_RestoreResponse__Output>): grpc.ClientUnaryCall;
  Restore(argument: _pareto_v1_RestoreRequest, callback: grpc.requestCallback<_pareto_v1_RestoreResponse__Output>): grpc.ClientUnaryCall;
  restore(argument: _pareto_v1_RestoreRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_RestoreResponse__Output>): grpc.ClientUnaryCall;
  restore(argument: _pareto_v1_RestoreRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_RestoreResponse__Output>): grpc.ClientUnaryCall;
  restore(argument: _pareto_v1_RestoreRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_RestoreResponse__Output>): grpc.ClientUnaryCall;
  restore(argument: _pareto_v1_RestoreRequest, callback: grpc.requestCallback<_pareto_v1_RestoreResponse__Output>): grpc.ClientUnaryCall;
  
  SetRule(argument: _pareto_v1_SetRuleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  SetRule(argument: _pareto_v1_SetRuleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  SetRule(argument: _pareto_v1_SetRuleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  SetRule(argument: _pareto_v1_SetRuleRequest, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  setRule(argument: _pareto_v1_SetRuleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  setRule(argument: _pareto_v1_SetRuleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  setRule(argument: _pareto_v1_SetRuleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  setRule(argument: _pareto_v1_SetRuleRequest, callback: grpc.requestCallback<_pareto_v1_Rule__Output>): grpc.ClientUnaryCall;
  
}

export interface RegistryHandlers extends grpc.UntypedServiceImplementation {
  Backup: grpc.handleServerStreamingCall<_pareto_v1_BackupRequest__Output, _pareto_v1_BackupResponse>;
  
  Delete: grpc.handleUnaryCall<_pareto_v1_DeleteRequest__Output, _pareto_v1_DeleteResponse>;
  
  Describe: grpc.handleUnaryCall<_pareto_v1_DescribeRequest__Output, _pareto_v1_DescribeResponse>;
  
  Jobs: grpc.handleUnaryCall<_pareto_v1_JobsRequest__Output, _pareto_v1_JobsResponse>;
  
  LiftRule: grpc.handleUnaryCall<_pareto_v1_LiftRuleRequest__Output, _pareto_v1_Rule>;
  
  List: grpc.handleUnaryCall<_pareto_v1_ListRequest__Output, _pareto_v1_ListResponse>;
  
  ListRules: grpc.handleUnaryCall<_pareto_v1_ListRulesRequest__Output, _pareto_v1_ListRulesResponse>;
  
  Profile: grpc.handleUnaryCall<_pareto_v1_ProfileRequest__Output, _pareto_v1_ProfileResponse>;
  
  RegisterArchitecture: grpc.handleUnaryCall<_pareto_v1_RegisterArchitectureRequest__Output, _pareto_v1_Architecture>;
  
  RegisterTask: grpc.handleUnaryCall<_pareto_v1_RegisterTaskRequest__Output, _pareto_v1_Task>;
  
  Restore: grpc.handleUnaryCall<_pareto_v1_RestoreRequest__Output, _pareto_v1_RestoreResponse>;
  
  SetRule: grpc.handleUnaryCall<_pareto_v1_SetRuleRequest__Output, _pareto_v1_Rule>;
  
}

export interface RegistryDefinition extends grpc.ServiceDefinition {
  Backup: MethodDefinition<_pareto_v1_BackupRequest, _pareto_v1_BackupResponse, _pareto_v1_BackupRequest__Output, _pareto_v1_BackupResponse__Output>
  Delete: MethodDefinition<_pareto_v1_DeleteRequest, _pareto_v1_DeleteResponse, _pareto_v1_DeleteRequest__Output, _pareto_v1_DeleteResponse__Output>
  Describe: MethodDefinition<_pareto_v1_DescribeRequest, _pareto_v1_DescribeResponse, _pareto_v1_DescribeRequest__Output, _pareto_v1_DescribeResponse__Output>
  Jobs: MethodDefinition<_pareto_v1_JobsRequest, _pareto_v1_JobsResponse, _pareto_v1_JobsRequest__Output, _pareto_v1_JobsResponse__Output>
  LiftRule: MethodDefinition<_pareto_v1_LiftRuleRequest, _pareto_v1_Rule, _pareto_v1_LiftRuleRequest__Output, _pareto_v1_Rule__Output>
  List: MethodDefinition<_pareto_v1_ListRequest, _pareto_v1_ListResponse, _pareto_v1_ListRequest__Output, _pareto_v1_ListResponse__Output>
  ListRules: MethodDefinition<_pareto_v1_ListRulesRequest, _pareto_v1_ListRulesResponse, _pareto_v1_ListRulesRequest__Output, _pareto_v1_ListRulesResponse__Output>
  Profile: MethodDefinition<_pareto_v1_ProfileRequest, _pareto_v1_ProfileResponse, _pareto_v1_ProfileRequest__Output, _pareto_v1_ProfileResponse__Output>
  RegisterArchitecture: MethodDefinition<_pareto_v1_RegisterArchitectureRequest, _pareto_v1_Architecture, _pareto_v1_RegisterArchitectureRequest__Output, _pareto_v1_Architecture__Output>
  RegisterTask: MethodDefinition<_pareto_v1_RegisterTaskRequest, _pareto_v1_Task, _pareto_v1_RegisterTaskRequest__Output, _pareto_v1_Task__Output>
  Restore: MethodDefinition<_pareto_v1_RestoreRequest, _pareto_v1_RestoreResponse, _pareto_v1_RestoreRequest__Output, _pareto_v1_RestoreResponse__Output>
  SetRule: MethodDefinition<_pareto_v1_SetRuleRequest, _pareto_v1_Rule, _pareto_v1_SetRuleRequest__Output, _pareto_v1_Rule__Output>
}
