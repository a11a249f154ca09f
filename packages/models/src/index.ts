export { checkDigest, checkManifest, graphFile, manifestDigest } from './manifest.js';
export { makeFolder } from './make-folder.js';
export { hashFile } from './hash-file.js';
export { inspectGraph, inspectModel, type InspectedModel } from './inspect.js';
export {
  createFolderBlobStore,
  type BlobChunk,
  type BlobStatus,
  type BlobStore,
  type FolderBlobStoreOptions,
} from './blob-store.js';
export { createBlobCache, type BlobCache, type BlobCacheOptions, type CachedFile } from './blob-cache.js';
export { parseNpy, type Tensor } from './npy.js';
export { readNpz, type NpzLimits } from './npz.js';
export { readValidationSet, sliceRows, type ValidationSet } from './validation-set.js';
export { toNumbers } from './numbers.js';
export { accuracyOf, metricOf, type QualityMetric, type Score } from './metric.js';
