// Every message of pareto.v1 and the protocol, by plain names: `X` is what is received, every field set; `XInput` is what may be sent.

export type { Accuracy__Output as Accuracy, Accuracy as AccuracyInput } from '../gen/pareto/v1/Accuracy.js';
export type {
  Architecture__Output as Architecture,
  Architecture as ArchitectureInput,
} from '../gen/pareto/v1/Architecture.js';
export type {
  Assignments__Output as Assignments,
  Assignments as AssignmentsInput,
} from '../gen/pareto/v1/Assignments.js';
export type { Candidate__Output as Candidate, Candidate as CandidateInput } from '../gen/pareto/v1/Candidate.js';
export type {
  ControllerMessage__Output as ControllerMessage,
  ControllerMessage as ControllerMessageInput,
} from '../gen/pareto/v1/ControllerMessage.js';
export type {
  DeleteRequest__Output as DeleteRequest,
  DeleteRequest as DeleteRequestInput,
} from '../gen/pareto/v1/DeleteRequest.js';
export type {
  DeleteResponse__Output as DeleteResponse,
  DeleteResponse as DeleteResponseInput,
} from '../gen/pareto/v1/DeleteResponse.js';
export type { Demand__Output as Demand, Demand as DemandInput } from '../gen/pareto/v1/Demand.js';
export type {
  DemandEntry__Output as DemandEntry,
  DemandEntry as DemandEntryInput,
} from '../gen/pareto/v1/DemandEntry.js';
export type {
  DescribeRequest__Output as DescribeRequest,
  DescribeRequest as DescribeRequestInput,
} from '../gen/pareto/v1/DescribeRequest.js';
export type {
  DescribeResponse__Output as DescribeResponse,
  DescribeResponse as DescribeResponseInput,
} from '../gen/pareto/v1/DescribeResponse.js';
export type {
  DownloadRequest__Output as DownloadRequest,
  DownloadRequest as DownloadRequestInput,
} from '../gen/pareto/v1/DownloadRequest.js';
export type {
  DownloadResponse__Output as DownloadResponse,
  DownloadResponse as DownloadResponseInput,
} from '../gen/pareto/v1/DownloadResponse.js';
export type {
  DrainRequest__Output as DrainRequest,
  DrainRequest as DrainRequestInput,
} from '../gen/pareto/v1/DrainRequest.js';
export type {
  DrainResponse__Output as DrainResponse,
  DrainResponse as DrainResponseInput,
} from '../gen/pareto/v1/DrainResponse.js';
export type {
  ExplainRequest__Output as ExplainRequest,
  ExplainRequest as ExplainRequestInput,
} from '../gen/pareto/v1/ExplainRequest.js';
export type {
  ExplainResponse__Output as ExplainResponse,
  ExplainResponse as ExplainResponseInput,
} from '../gen/pareto/v1/ExplainResponse.js';
export type {
  HardwareClass__Output as HardwareClass,
  HardwareClass as HardwareClassInput,
} from '../gen/pareto/v1/HardwareClass.js';
export type {
  InferRequest__Output as InferRequest,
  InferRequest as InferRequestInput,
} from '../gen/pareto/v1/InferRequest.js';
export type {
  InferResponse__Output as InferResponse,
  InferResponse as InferResponseInput,
} from '../gen/pareto/v1/InferResponse.js';
export type {
  ListRequest__Output as ListRequest,
  ListRequest as ListRequestInput,
} from '../gen/pareto/v1/ListRequest.js';
export type {
  ListResponse__Output as ListResponse,
  ListResponse as ListResponseInput,
} from '../gen/pareto/v1/ListResponse.js';
export type {
  ListWorkersRequest__Output as ListWorkersRequest,
  ListWorkersRequest as ListWorkersRequestInput,
} from '../gen/pareto/v1/ListWorkersRequest.js';
export type {
  ListWorkersResponse__Output as ListWorkersResponse,
  ListWorkersResponse as ListWorkersResponseInput,
} from '../gen/pareto/v1/ListWorkersResponse.js';
export type { Manifest__Output as Manifest, Manifest as ManifestInput } from '../gen/pareto/v1/Manifest.js';
export type {
  MeasureOrder__Output as MeasureOrder,
  MeasureOrder as MeasureOrderInput,
} from '../gen/pareto/v1/MeasureOrder.js';
export type {
  Measurement__Output as Measurement,
  Measurement as MeasurementInput,
} from '../gen/pareto/v1/Measurement.js';
export type { ModelFile__Output as ModelFile, ModelFile as ModelFileInput } from '../gen/pareto/v1/ModelFile.js';
export type { Objective__Output as Objective, Objective as ObjectiveInput } from '../gen/pareto/v1/Objective.js';
export type {
  OverviewRequest__Output as OverviewRequest,
  OverviewRequest as OverviewRequestInput,
} from '../gen/pareto/v1/OverviewRequest.js';
export type {
  OverviewResponse__Output as OverviewResponse,
  OverviewResponse as OverviewResponseInput,
} from '../gen/pareto/v1/OverviewResponse.js';
export type {
  PingRequest__Output as PingRequest,
  PingRequest as PingRequestInput,
} from '../gen/pareto/v1/PingRequest.js';
export type {
  PingResponse__Output as PingResponse,
  PingResponse as PingResponseInput,
} from '../gen/pareto/v1/PingResponse.js';
export type { PlanAction__Output as PlanAction, PlanAction as PlanActionInput } from '../gen/pareto/v1/PlanAction.js';
export type { Profile__Output as Profile, Profile as ProfileInput } from '../gen/pareto/v1/Profile.js';
export type {
  ProfilePoint__Output as ProfilePoint,
  ProfilePoint as ProfilePointInput,
} from '../gen/pareto/v1/ProfilePoint.js';
export type {
  ProfileRequest__Output as ProfileRequest,
  ProfileRequest as ProfileRequestInput,
} from '../gen/pareto/v1/ProfileRequest.js';
export type {
  ProfileResponse__Output as ProfileResponse,
  ProfileResponse as ProfileResponseInput,
} from '../gen/pareto/v1/ProfileResponse.js';
export type { ProfileRow__Output as ProfileRow, ProfileRow as ProfileRowInput } from '../gen/pareto/v1/ProfileRow.js';
export type {
  RegisterArchitectureRequest__Output as RegisterArchitectureRequest,
  RegisterArchitectureRequest as RegisterArchitectureRequestInput,
} from '../gen/pareto/v1/RegisterArchitectureRequest.js';
export type {
  RegisterTaskRequest__Output as RegisterTaskRequest,
  RegisterTaskRequest as RegisterTaskRequestInput,
} from '../gen/pareto/v1/RegisterTaskRequest.js';
export type {
  ReplicaAssignment__Output as ReplicaAssignment,
  ReplicaAssignment as ReplicaAssignmentInput,
} from '../gen/pareto/v1/ReplicaAssignment.js';
export type {
  ReplicaLoad__Output as ReplicaLoad,
  ReplicaLoad as ReplicaLoadInput,
} from '../gen/pareto/v1/ReplicaLoad.js';
export type {
  ReplicaReport__Output as ReplicaReport,
  ReplicaReport as ReplicaReportInput,
} from '../gen/pareto/v1/ReplicaReport.js';
export type { ReplicaRow__Output as ReplicaRow, ReplicaRow as ReplicaRowInput } from '../gen/pareto/v1/ReplicaRow.js';
export type { ReplicaState__Output as ReplicaState } from '../gen/pareto/v1/ReplicaState.js';
export type {
  RouterHello__Output as RouterHello,
  RouterHello as RouterHelloInput,
} from '../gen/pareto/v1/RouterHello.js';
export type { RouterInfo__Output as RouterInfo, RouterInfo as RouterInfoInput } from '../gen/pareto/v1/RouterInfo.js';
export type {
  RouterMessage__Output as RouterMessage,
  RouterMessage as RouterMessageInput,
} from '../gen/pareto/v1/RouterMessage.js';
export type { Signature__Output as Signature, Signature as SignatureInput } from '../gen/pareto/v1/Signature.js';
export type { SlotGroup__Output as SlotGroup, SlotGroup as SlotGroupInput } from '../gen/pareto/v1/SlotGroup.js';
export type {
  StatRequest__Output as StatRequest,
  StatRequest as StatRequestInput,
} from '../gen/pareto/v1/StatRequest.js';
export type {
  StatResponse__Output as StatResponse,
  StatResponse as StatResponseInput,
} from '../gen/pareto/v1/StatResponse.js';
export type {
  TableMessage__Output as TableMessage,
  TableMessage as TableMessageInput,
} from '../gen/pareto/v1/TableMessage.js';
export type { TableRow__Output as TableRow, TableRow as TableRowInput } from '../gen/pareto/v1/TableRow.js';
export type { Task__Output as Task, Task as TaskInput } from '../gen/pareto/v1/Task.js';
export type { TaskLoad__Output as TaskLoad, TaskLoad as TaskLoadInput } from '../gen/pareto/v1/TaskLoad.js';
export type { Tensor__Output as Tensor, Tensor as TensorInput } from '../gen/pareto/v1/Tensor.js';
export type { TensorSpec__Output as TensorSpec, TensorSpec as TensorSpecInput } from '../gen/pareto/v1/TensorSpec.js';
export type {
  UploadRequest__Output as UploadRequest,
  UploadRequest as UploadRequestInput,
} from '../gen/pareto/v1/UploadRequest.js';
export type {
  UploadResponse__Output as UploadResponse,
  UploadResponse as UploadResponseInput,
} from '../gen/pareto/v1/UploadResponse.js';
export type { Variant__Output as Variant, Variant as VariantInput } from '../gen/pareto/v1/Variant.js';
export type { VariantRow__Output as VariantRow, VariantRow as VariantRowInput } from '../gen/pareto/v1/VariantRow.js';
export type {
  VariantSpec__Output as VariantSpec,
  VariantSpec as VariantSpecInput,
} from '../gen/pareto/v1/VariantSpec.js';
export type {
  WhatIfRequest__Output as WhatIfRequest,
  WhatIfRequest as WhatIfRequestInput,
} from '../gen/pareto/v1/WhatIfRequest.js';
export type {
  WhatIfResponse__Output as WhatIfResponse,
  WhatIfResponse as WhatIfResponseInput,
} from '../gen/pareto/v1/WhatIfResponse.js';
export type { Worker__Output as Worker, Worker as WorkerInput } from '../gen/pareto/v1/Worker.js';
export type {
  WorkerHello__Output as WorkerHello,
  WorkerHello as WorkerHelloInput,
} from '../gen/pareto/v1/WorkerHello.js';
export type {
  WorkerMessage__Output as WorkerMessage,
  WorkerMessage as WorkerMessageInput,
} from '../gen/pareto/v1/WorkerMessage.js';
export type {
  WorkerReport__Output as WorkerReport,
  WorkerReport as WorkerReportInput,
} from '../gen/pareto/v1/WorkerReport.js';
export type {
  ModelInferRequest__Output as ModelInferRequest,
  ModelInferRequest as ModelInferRequestInput,
} from '../gen/inference/ModelInferRequest.js';
export type {
  ModelInferResponse__Output as ModelInferResponse,
  ModelInferResponse as ModelInferResponseInput,
} from '../gen/inference/ModelInferResponse.js';
export type {
  ModelMetadataResponse__Output as ModelMetadataResponse,
  ModelMetadataResponse as ModelMetadataResponseInput,
} from '../gen/inference/ModelMetadataResponse.js';
export type {
  ServerMetadataResponse__Output as ServerMetadataResponse,
  ServerMetadataResponse as ServerMetadataResponseInput,
} from '../gen/inference/ServerMetadataResponse.js';
export type { Job__Output as Job, Job as JobInput } from '../gen/pareto/v1/Job.js';
export type { JobStep__Output as JobStep, JobStep as JobStepInput } from '../gen/pareto/v1/JobStep.js';
export type {
  JobsRequest__Output as JobsRequest,
  JobsRequest as JobsRequestInput,
} from '../gen/pareto/v1/JobsRequest.js';
export type {
  JobsResponse__Output as JobsResponse,
  JobsResponse as JobsResponseInput,
} from '../gen/pareto/v1/JobsResponse.js';
export type { MakeOrder__Output as MakeOrder, MakeOrder as MakeOrderInput } from '../gen/pareto/v1/MakeOrder.js';
export type {
  RecipeOutcome__Output as RecipeOutcome,
  RecipeOutcome as RecipeOutcomeInput,
} from '../gen/pareto/v1/RecipeOutcome.js';
export type { Rule__Output as Rule, Rule as RuleInput } from '../gen/pareto/v1/Rule.js';
export type { RuleEvent__Output as RuleEvent, RuleEvent as RuleEventInput } from '../gen/pareto/v1/RuleEvent.js';
export type { RuleRow__Output as RuleRow, RuleRow as RuleRowInput } from '../gen/pareto/v1/RuleRow.js';
export type {
  SetRuleRequest__Output as SetRuleRequest,
  SetRuleRequest as SetRuleRequestInput,
} from '../gen/pareto/v1/SetRuleRequest.js';
export type {
  LiftRuleRequest__Output as LiftRuleRequest,
  LiftRuleRequest as LiftRuleRequestInput,
} from '../gen/pareto/v1/LiftRuleRequest.js';
export type {
  ListRulesRequest__Output as ListRulesRequest,
  ListRulesRequest as ListRulesRequestInput,
} from '../gen/pareto/v1/ListRulesRequest.js';
export type {
  ListRulesResponse__Output as ListRulesResponse,
  ListRulesResponse as ListRulesResponseInput,
} from '../gen/pareto/v1/ListRulesResponse.js';
