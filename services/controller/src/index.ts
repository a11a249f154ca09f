export { controllerConfig, type ControllerConfig } from './config.js';
export { createController, type Controller } from './controller.js';
export { defaultFleetParams } from './fleet/fleet-state.js';
export type { FleetParams } from './fleet/live-worker.js';
