export { nodeConfig, type NodeConfig } from './config.js';
export { createNode } from './create-node.js';
