export { routerConfig, routerDefaults, routerFlags, type RouterConfig } from './config.js';
export { createRouter, type Router } from './create-router.js';
export { createRouterWarmUp } from './warm-up/create-router-warm-up.js';
export type { LocalWorker } from './workers/worker-link.js';
