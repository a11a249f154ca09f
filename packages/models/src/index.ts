export { checkDigest, checkManifest, graphFile, manifestDigest } from './manifest.js';
export { makeFolder } from './make-folder.js';
export { hashFile } from './hash-file.js';
export { inspectGraph, inspectModel, type InspectedModel } from './inspect.js';
export type { BlobChunk, BlobStatus, BlobStore, BlobStoreOptions, StoredBlob } from './blob-store.js';
export { openFolderBlobStore } from './folder-store.js';
export { openS3BlobStore, type S3BlobStoreOptions } from './s3-store.js';
export {
  createBlobCache,
  type BlobCache,
  type BlobCacheOptions,
  type CachedFile,
  type FetchOptions,
} from './blob-cache.js';
export { parseNpy, type Tensor } from './npy.js';
export { readNpz, type NpzLimits } from './npz.js';
export { readValidationSet, sliceRows, type ValidationSet } from './validation-set.js';
export { toNumbers } from './numbers.js';
export { accuracyOf, metricOf, type QualityMetric, type Score } from './metric.js';
