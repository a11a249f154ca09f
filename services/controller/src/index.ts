export { controllerConfig, type ControllerConfig } from './config.js';
export { createController, type Controller } from './controller.js';
export { defaultFleetParams } from './fleet-state.js';
export type { FleetParams } from './live-worker.js';
