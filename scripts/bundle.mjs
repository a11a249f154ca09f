// Bundles the entry point of each process with all modules that it loads. Node starts a bundle in less than half the
// time, because it reads a few files instead of several hundred. Also bundles the script and the styles of pages.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, parse, relative, sep } from 'node:path';
import { build, stop } from 'esbuild';
import { root } from './script.mjs';

/** Entry points that load some modules later, and what is built from them, which replaces what the compiler emitted for the entry point alone. */
const programs = [
  'services/controller/{}/main',
  'services/router/{}/main',
  'services/worker/{}/main',
  'services/node/{}/main',
  'packages/cli/{}/main',
].map((path) => bundleOf(path, '.js', programOptions));

/**
 * Entry points of the processes and threads that services start, which load all modules immediately. They become CommonJS: Node then
 * starts a process with 6 ms less CPU time, and a thread with 30 ms less.
 */
const parts = [
  'services/router/{}/http/infer/infer-program',
  'packages/cli/{}/commands/simulate/simulation-thread',
  'packages/models/{}/generate/process/generator-main',
  'packages/models/{}/reading/reader-main',
  'packages/service/{}/liveness/liveness-thread',
  'packages/state/{}/etcd/lease-thread',
  'packages/runtime/{}/sessions/executor-main',
].map((path) => bundleOf(path, '.cjs', partOptions));

function bundleOf(path, extension, options) {
  const output = join(root, `${path.replace('{}', 'dist')}${extension}`);
  return { entry: join(root, `${path.replace('{}', 'src')}.ts`), output, options };
}

/** The scripts of pages, and the styles of all of them, which browsers read. */
const pageFiles = [
  'loadgen/{}/page/main.ts',
  'packages/report/{}/page/simulation.ts',
  'packages/report/{}/page/main.css',
].map((path) => ({
  entry: join(root, path.replace('{}', 'src')),
  output: join(root, path.replace('{}', 'dist').replace('.ts', '.js')),
  options: () => ({ format: 'iife', platform: 'browser', target: 'es2022', minify: true }),
}));

/** Packages that stay as they are: one with native code, and one that is large and that only storage in S3 needs. */
const external = /^(lmdb|@aws-sdk\/client-s3)$/;

/** Bundles every entry point whose bundle is missing or older than one of its modules. */
export const bundleAll = (bundles = [...programs, ...parts, ...pageFiles]) =>
  // The process of the bundler would stay as long as this one, which may serve as the quick start.
  Promise.all(bundles.filter((bundle) => !isFresh(bundle)).map(bundleEntry)).finally(stop);

/** A stamp lists the files that a bundle consists of, and those that it was made from. */
const stampOf = (output) => `${output}.bundle.json`;

/** Returns the stamp and when it was written. Without a stamp, both lists are empty. */
function readStamp(output) {
  const stamp = stampOf(output);
  if (!existsSync(stamp)) return { inputs: [], outputs: [], writtenAt: -Infinity };
  return { ...JSON.parse(readFileSync(stamp, 'utf8')), writtenAt: statSync(stamp).mtimeMs };
}

function isFresh({ output }) {
  const { inputs, outputs, writtenAt } = readStamp(output);
  return ['scripts/bundle.mjs', ...inputs, ...outputs].every((path) => {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    return stats !== undefined && stats.mtimeMs <= writtenAt;
  });
}

async function bundleEntry({ entry, output, options }) {
  const folder = dirname(output);
  for (const path of readStamp(output).outputs) rmSync(join(root, path), { force: true });
  const name = parse(output).name;
  const { metafile } = await build({
    entryPoints: { [name]: entry },
    outdir: folder,
    bundle: true,
    metafile: true,
    absWorkingDir: root,
    logLevel: 'silent',
    ...options(folder, name),
  });
  const outputs = Object.keys(metafile.outputs);
  writeFileSync(stampOf(output), JSON.stringify({ inputs: Object.keys(metafile.inputs), outputs }));
}

const processOptions = (folder) => ({
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'linked',
  sourcesContent: false,
  plugins: [keepPaths(folder)],
});

function programOptions(folder, name) {
  const chunks = { chunkNames: `${name}-[hash]`, splitting: true };
  return { ...processOptions(folder), ...chunks, format: 'esm', banner: { js: programBanner } };
}

function partOptions(folder) {
  return { ...processOptions(folder), format: 'cjs', outExtension: { '.js': '.cjs' }, banner: { js: partBanner } };
}

/** Defines the paths of the modules. */
const paths = 'const bundledFrom = (path) => bundlePath(new URL(path, bundleUrl));';

/** Defines the paths, and the variables that CommonJS modules expect. */
const programBanner = `import { createRequire as bundleRequire } from 'node:module';
import { fileURLToPath as bundlePath } from 'node:url';
const bundleUrl = import.meta.url;
const require = bundleRequire(bundleUrl);
${paths}`;

const partBanner = `const { createRequire: bundleRequire } = require('node:module');
const { fileURLToPath: bundlePath, pathToFileURL } = require('node:url');
const bundleUrl = pathToFileURL(__filename).href;
${paths}`;

const specifier = (folder, path) => relative(folder, path).replaceAll(sep, '/');

/** Lets each module find files relative to its own place, not to that of the bundle. */
const keepPaths = (folder) => ({
  name: 'keep-paths',
  setup({ onLoad, onResolve, resolve }) {
    onResolve({ filter: external }, async ({ path, pluginData, ...options }) => {
      if (pluginData === 'resolving') return undefined;
      const found = await resolve(path, { ...options, pluginData: 'resolving' });
      return { path: specifier(folder, found.path), external: true };
    });
    onLoad({ filter: /\.([cm]?js|ts)$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const place = JSON.stringify(specifier(folder, path));
      const contents = text
        .replaceAll('import.meta.url', `new URL(${place}, bundleUrl).href`)
        // A computed path is that of native code, which stays at its place.
        .replaceAll('require(`', `bundleRequire(bundledFrom(${place}))(\``)
        .replaceAll(/\b__dirname\b/g, `bundledFrom(${JSON.stringify(specifier(folder, dirname(path)))})`)
        .replaceAll(/\b__filename\b/g, `bundledFrom(${place})`);
      return contents === text ? undefined : { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
});
