// `npm run quickstart`: sets up, then runs the built quick start of packages/cli in this process, which thus gets the signals.
import './require-node.mjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { main, root } from './script.mjs';

/** Returns the help from the reference, because a fresh clone has no build that could print it. */
function helpText() {
  const page = readFileSync(join(root, 'docs/reference/quickstart.md'), 'utf8');
  return /```text\n(.*)\n```/s.exec(page)[1];
}

await main(async () => {
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    console.log(helpText());
    return 0;
  }
  await setUp();
  process.chdir(root);
  await import('../packages/cli/dist/quickstart/quickstart.js');
  return 0;
});
