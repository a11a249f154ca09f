export { environmentOnly, type Isolation, type IsolatedProcess, type IsolatedProgram } from './start/isolation.js';
export { isOutOfMemory } from './start/out-of-memory.js';
export { namedUsers } from './probe/named-users.js';
export { openIsolation, type IsolationOptions, type OpenedIsolation } from './probe/open-isolation.js';
export { type MissingProtection, type Protection } from './probe/protections.js';
