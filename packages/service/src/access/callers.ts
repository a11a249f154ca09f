// The table of the roles that may call each method of a service. The guard (`guard.ts`) enforces it, and
// docs/reference/callers.md shows it. Without certificates, every caller is an operator.

import type { MethodPath, Role, ServiceRole } from '@pareto/rpc';

/** `anyone` includes callers without a certificate, where the service accepts their connections. */
export type Callers = 'anyone' | readonly Role[];

/** Rows of the methods `M`. A missing or an unknown row is a compile error. */
type Rows<M extends MethodPath | typeof explainWithoutId> = Readonly<Record<M, Callers>>;

const operators: Callers = ['operator'];
/** Callers of what changes nothing and reveals no model, sample or backup. */
export const readers: readonly Role[] = ['operator', 'viewer'];
const routers: Callers = ['router'];
/** Workers download models and upload the files that they generate. */
const workersAndOperators: Callers = ['worker', 'operator'];

const controller: Rows<
  MethodPath<'pareto.v1.Blobs' | 'pareto.v1.Fleet' | 'pareto.v1.Plans' | 'pareto.v1.Registry' | 'pareto.v1.Routes'>
> = {
  'pareto.v1.Blobs/Stat': workersAndOperators,
  'pareto.v1.Blobs/Upload': workersAndOperators,
  'pareto.v1.Blobs/Download': workersAndOperators,
  'pareto.v1.Fleet/Join': ['worker'],
  'pareto.v1.Fleet/ListWorkers': readers,
  'pareto.v1.Fleet/Drain': operators,
  'pareto.v1.Fleet/Forget': operators,
  'pareto.v1.Fleet/Overview': readers,
  'pareto.v1.Fleet/Events': readers,
  'pareto.v1.Plans/List': readers,
  'pareto.v1.Plans/Preview': operators,
  'pareto.v1.Plans/Freeze': operators,
  'pareto.v1.Plans/Resume': operators,
  'pareto.v1.Registry/RegisterTask': operators,
  'pareto.v1.Registry/RegisterArchitecture': operators,
  'pareto.v1.Registry/Rollback': operators,
  'pareto.v1.Registry/List': readers,
  'pareto.v1.Registry/Describe': readers,
  'pareto.v1.Registry/Delete': operators,
  'pareto.v1.Registry/Profile': operators,
  'pareto.v1.Registry/Jobs': readers,
  'pareto.v1.Registry/SetRule': operators,
  'pareto.v1.Registry/LiftRule': operators,
  'pareto.v1.Registry/ListRules': readers,
  'pareto.v1.Registry/Backup': operators,
  'pareto.v1.Registry/Restore': operators,
  'pareto.v1.Routes/Watch': routers,
  'pareto.v1.Routes/Statistics': routers,
  'pareto.v1.Routes/SetWarmth': routers,
};

/** A row of its own, which a handler enforces (`Access.requireReader`), because the guard does not see the message. */
export const explainWithoutId = 'pareto.v1.Inference/Explain without a decision id';

const router: Rows<MethodPath<'inference.GRPCInferenceService' | 'pareto.v1.Inference'> | typeof explainWithoutId> = {
  'inference.GRPCInferenceService/ServerLive': 'anyone',
  'inference.GRPCInferenceService/ServerReady': 'anyone',
  'inference.GRPCInferenceService/ModelReady': 'anyone',
  'inference.GRPCInferenceService/ServerMetadata': 'anyone',
  'inference.GRPCInferenceService/ModelMetadata': 'anyone',
  'inference.GRPCInferenceService/ModelInfer': 'anyone',
  'inference.GRPCInferenceService/ModelStreamInfer': 'anyone',
  'inference.GRPCInferenceService/ModelConfig': 'anyone',
  'inference.GRPCInferenceService/ModelStatistics': 'anyone',
  'inference.GRPCInferenceService/RepositoryIndex': 'anyone',
  'inference.GRPCInferenceService/RepositoryModelLoad': operators,
  'inference.GRPCInferenceService/RepositoryModelUnload': operators,
  'inference.GRPCInferenceService/SystemSharedMemoryStatus': 'anyone',
  'inference.GRPCInferenceService/SystemSharedMemoryRegister': 'anyone',
  'inference.GRPCInferenceService/SystemSharedMemoryUnregister': 'anyone',
  'inference.GRPCInferenceService/CudaSharedMemoryStatus': 'anyone',
  'inference.GRPCInferenceService/CudaSharedMemoryRegister': 'anyone',
  'inference.GRPCInferenceService/CudaSharedMemoryUnregister': 'anyone',
  // Reading the settings and changing them is one method.
  'inference.GRPCInferenceService/TraceSetting': operators,
  'inference.GRPCInferenceService/LogSettings': operators,
  'pareto.v1.Inference/Infer': 'anyone',
  'pareto.v1.Inference/Explain': 'anyone',
  [explainWithoutId]: readers,
  'pareto.v1.Inference/WhatIf': 'anyone',
};

const worker: Rows<'inference.GRPCInferenceService/ModelInfer' | MethodPath<'pareto.v1.Execution'>> = {
  'inference.GRPCInferenceService/ModelInfer': routers,
  'pareto.v1.Execution/Ping': routers,
};

/**
 * Returns whether a service with certificates ends connections of callers without one. Clients of a router need none.
 */
export const requiresCertificate = (service: ServiceRole): boolean => service !== 'router';

/** Rows by the called service. A method without a row is denied. */
export const callers: Readonly<Record<ServiceRole, Readonly<Record<string, Callers>>>> = { controller, router, worker };
