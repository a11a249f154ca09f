#!/usr/bin/env node
// The command itself: here from the first install on, before anything is built.
import module from 'node:module';

// What the S3 client thinks of this Node's age is no news to who types a command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Newer Nodes keep what they compiled, and start twice as fast the next time.
module.enableCompileCache?.();
await import('../dist/main.js');
