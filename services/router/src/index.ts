export { routerConfig, type RouterConfig } from './config.js';
export { createRouter, type Router } from './create-router.js';
