export { controllerConfig, type ControllerConfig } from './config.js';
export { createController, type Controller } from './controller.js';
