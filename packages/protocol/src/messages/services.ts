// The services, with the generated types of their handlers and definitions.

import type {
  GRPCInferenceServiceDefinition,
  GRPCInferenceServiceHandlers,
} from '../gen/inference/GRPCInferenceService.js';
import type { BlobsDefinition, BlobsHandlers } from '../gen/pareto/v1/Blobs.js';
import type { ExecutionDefinition, ExecutionHandlers } from '../gen/pareto/v1/Execution.js';
import type { FleetDefinition, FleetHandlers } from '../gen/pareto/v1/Fleet.js';
import type { InferenceDefinition, InferenceHandlers } from '../gen/pareto/v1/Inference.js';
import type { PlansDefinition, PlansHandlers } from '../gen/pareto/v1/Plans.js';
import type { RegistryDefinition, RegistryHandlers } from '../gen/pareto/v1/Registry.js';
import type { RoutesDefinition, RoutesHandlers } from '../gen/pareto/v1/Routes.js';

export interface Services {
  'inference.GRPCInferenceService': [GRPCInferenceServiceHandlers, GRPCInferenceServiceDefinition];
  'pareto.v1.Blobs': [BlobsHandlers, BlobsDefinition];
  'pareto.v1.Execution': [ExecutionHandlers, ExecutionDefinition];
  'pareto.v1.Fleet': [FleetHandlers, FleetDefinition];
  'pareto.v1.Inference': [InferenceHandlers, InferenceDefinition];
  'pareto.v1.Plans': [PlansHandlers, PlansDefinition];
  'pareto.v1.Registry': [RegistryHandlers, RegistryDefinition];
  'pareto.v1.Routes': [RoutesHandlers, RoutesDefinition];
}

export type ServiceName = keyof Services;
