// `npm run quickstart`: sets up, then runs the built quick start of packages/cli.
import './require-node.mjs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { main, root } from './steps.mjs';

await main(async () => {
  await setUp();
  return new Promise((resolve, reject) => {
    const args = [join(root, 'packages/cli/dist/quickstart/quickstart.js'), ...process.argv.slice(2)];
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
    // The terminal sends Ctrl-C to the child too, so this process only waits for its exit.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', reject);
    child.on('close', (code) => resolve(code === null ? 1 : code));
  });
});
