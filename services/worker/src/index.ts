export { workerConfig, type WorkerConfig } from './config.js';
export { createWorker } from './worker.js';
