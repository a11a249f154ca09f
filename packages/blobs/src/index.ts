export { checkDigest, checkManifest, checkRelativePath, graphFile, manifestDigest } from './digests/manifest.js';
export { hashFile } from './digests/hash-file.js';
export { makeFolder } from './files/make-folder.js';
export type { BlobChunk, BlobStatus, BlobStore, BlobStoreOptions, StoredBlob } from './store/blob-store.js';
export { openFolderBlobStore } from './folder/folder-store.js';
export { openS3BlobStore, type S3BlobStoreOptions } from './s3/s3-store.js';
export { openBucket, type Bucket, type BucketObject } from './s3/s3-bucket.js';
export { createBlobCache, type BlobCache, type CachedFile } from './cache/blob-cache.js';
export type { BlobCacheOptions } from './cache/cached-blobs.js';
