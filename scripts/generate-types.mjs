// Generates packages/rpc/src/gen from protos/. `--out DIR` writes elsewhere, which is how stale types are found.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const flag = process.argv.indexOf('--out');
const out = flag > 0 ? process.argv[flag + 1] : join(root, 'packages/rpc/src/gen');
const files = ['inference.proto', ...readdirSync(join(root, 'protos/pareto/v1')).map((name) => `pareto/v1/${name}`)];

rmSync(out, { recursive: true, force: true });
execFileSync(
  join(root, 'node_modules/.bin/proto-loader-gen-types'),
  [
    ...files,
    // The options that packages/rpc/src/protos.ts loads them with.
    ...['--longs=Number', '--enums=String', '--defaults', '--oneofs'],
    ...[
      '--grpcLib=@grpc/grpc-js',
      '--importFileExtension=.js',
      `--outDir=${out}`,
      `--includeDirs=${join(root, 'protos')}`,
    ],
  ],
  { cwd: root },
);

// One file a message is what we use; the tool also writes one a proto, and the absolute path of each source.
for (const name of readdirSync(out, { recursive: true })) {
  const path = join(out, name);
  if (statSync(path).isDirectory()) continue;
  if (files.some((file) => `${file.split('/').at(-1).replace('.proto', '.ts')}` === name)) rmSync(path);
  else writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`${root}/`, ''));
}
