export { workerConfig, workerDefaults, workerFlags, type WorkerConfig } from './config.js';
export { createWorker, type Worker } from './worker.js';
export { createWorkerWarmUp } from './warm-up/create-worker-warm-up.js';
