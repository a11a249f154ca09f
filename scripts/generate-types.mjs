// Generates packages/rpc/src/gen from protos/. `--out DIR` writes to another folder, to find stale types.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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
    // The same options as in packages/rpc/src/calls/protos.ts.
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

// Only the files of messages are used. The tool also writes one file per proto, and the absolute path of each source.
const messages = [];
for (const name of readdirSync(out, { recursive: true })) {
  const path = join(out, name);
  if (statSync(path).isDirectory()) continue;
  if (files.some((file) => `${file.split('/').at(-1).replace('.proto', '.ts')}` === name)) rmSync(path);
  else {
    const text = loosenInputs(readFileSync(path, 'utf8').replaceAll(`${root}/`, ''));
    writeFileSync(path, text);
    messages.push(...messageOf(name, text));
  }
}
writeFileSync(
  join(out, 'messages.ts'),
  [
    '// All messages of pareto.v1 and the protocol. `X` is a received message, with every field set; `XInput` is one to send.',
    ...messages.sort(),
    '',
  ].join('\n'),
);

// The content of the proto files, which no process has to parse then. The server implements health checks without types.
const healthProto = 'grpc/health/v1/health.proto';
const protobuf = createRequire(join(root, 'packages/rpc/package.json'))('protobufjs');
const parsed = new protobuf.Root();
parsed.resolvePath = (_, path) => join(root, 'protos', path);
writeFileSync(
  join(out, 'protos.ts'),
  [
    '// The proto files, parsed by protobufjs, as JSON: a process reads it faster than JavaScript.',
    `export const protos: object = JSON.parse(\`${JSON.stringify(parsed.loadSync([healthProto, ...files]), null, 1)}\`) as object;`,
    '',
  ].join('\n'),
);

/**
 * Lets the fields of messages to send be undefined, which leaves them unset, and be read-only arrays and maps, so that
 * domain values can be sent without copying them.
 */
function loosenInputs(text) {
  return text.replace(/^export interface (\w+) \{\n([^}]|\}\))*?^\}/gm, (declaration, name) =>
    name.endsWith('__Output')
      ? declaration
      : declaration.replace(/^( {2}'\w+'\?: )(.*);$/gm, (_, start, type) => {
          const isArray = type.endsWith('[]');
          return `${start}${isArray ? 'readonly ' : ''}${type.replace('({[key', '({readonly [key')} | undefined;`;
        }),
  );
}

/**
 * Returns the two types of a message or an enum as one line. Empty for a service, or for a message of another package.
 */
function messageOf(path, text) {
  const name = path.split('/').at(-1).replace('.ts', '');
  if (!/^(inference|pareto)\//.test(path) || !text.includes(`${name}__Output`)) return [];
  return [
    `export type { ${name}__Output as ${name}, ${name} as ${name}Input } from './${path.replace('.ts', '.js')}';`,
  ];
}
