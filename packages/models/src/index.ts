export { inspectGraph, inspectModel, type InspectedModel } from './inspection/inspect.js';
export { signatureFor } from './inspection/inspect-batch.js';
export { type InspectedValue } from './inspection/inspect-dimensions.js';
export { type OperatorCount } from './inspection/inspect-operators.js';
export { analyseRows, type RowAnalysis } from './rows/analyse-rows.js';
export { parseNpy, type Tensor } from './tensors/npy.js';
export { defaultNpzLimits, readNpz, readNpzRows, type NpzLimits } from './tensors/npz.js';
export { pickRows, sliceRows } from './tensors/rows.js';
export { labelLines, type ClassNames } from './datasets/class-labels.js';
export {
  checkValidation,
  fittingMetrics,
  readValidationSet,
  type SetUse,
  type ValidationSet,
} from './datasets/validation-set.js';
export { createModelReader, type ModelReader } from './reading/model-reader.js';
export { type SampleSet } from './reading/sample-set.js';
export { splitName, splitValidation, type ValidationSplit } from './datasets/split-validation.js';
export { fromHalf, toHalf } from './tensors/half.js';
export { toNumbers } from './tensors/numbers.js';
export { areHits, createAgreement, createScorer, judgedOutput, type Agreement, type Scorer } from './metrics/scorer.js';
export { generators } from './generate/generators.js';
export type { Generator, GraphGenerator, Ranges, RuntimeGenerator } from './rewrite/generator.js';
export { renameTensors } from './rewrite/rename-tensors.js';
export { readModel } from './files/read-model.js';
export { writeModel, type WrittenFile } from './files/write-model.js';
export { runGenerator, type GenerationRequest, type GenerationLimits } from './generate/process/run-generator.js';
export type { GeneratorResult } from './generate/process/generator-protocol.js';
export { obtainModels, type Obtained, type ObtainOptions } from './repository/obtain-models.js';
export { foreignModel, readRepository, type Repository } from './repository/read-repository.js';
export type { FoundModel, UnusableModel } from './repository/read-model-folder.js';
export type { ConfigRemark } from './repository/config-remarks.js';
