#!/usr/bin/env node
// Executable of the command. It exists before the build, so that the package manager can link it at installation.
import module from 'node:module';

// Suppresses the S3 client's warning about the version of Node.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Node 22.1 and later can cache compiled code, which halves the start-up time.
module.enableCompileCache?.();
await import('../dist/main.js');
