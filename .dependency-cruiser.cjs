// The dependency rule: which package may import which others, and which library only one package may import. Folders
// are layers: scripts/report-dependencies.mjs also finds cycles between them.
'use strict';

const own = '^(packages|services)/|^loadgen/';
const engine = ['http2', 'protocol', 'rpc', 'state', 'blobs', 'models', 'runtime', 'telemetry', 'isolation', 'solver'];

const folderOf = (name) => (name === 'loadgen' ? '^loadgen/' : `^packages/${name}/`);

/** Restricts the sources of package `from` to imports of itself and of the packages `allowed`. */
const only = (from, ...allowed) => ({
  name: `${from}-imports-${allowed.join('-') || 'nothing'}`,
  severity: 'error',
  from: { path: `${folderOf(from)}src/` },
  to: { path: own, pathNot: [from, ...allowed].map(folderOf) },
});

/** Restricts the sources of package `name` to imports of itself and of core, without Node built-ins and npm packages. */
const pure = (name) => ({
  name: `${name}-is-pure`,
  severity: 'error',
  from: { path: `${folderOf(name)}src/` },
  to: { pathNot: [folderOf('core'), folderOf(name)] },
});

/** Restricts imports of the npm packages that match to package `owner`. */
const library = (pattern, owner) => ({
  name: `only-${owner}-knows-${pattern.replace(/\W+/g, '-')}`,
  severity: 'error',
  from: { path: own, pathNot: `^packages/${owner}/` },
  to: { path: `node_modules/(${pattern})(/|$)` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'through-the-index',
      comment: 'Other packages import only the index of a package; its own tests may import its files.',
      severity: 'error',
      from: { path: '^(packages|services)/([^/]+)/' },
      to: {
        path: '^(packages|services)/[^/]+/',
        pathNot: ['^$1/$2/', '^(packages|services)/[^/]+/dist/index\\.(js|d\\.ts)$'],
      },
    },
    {
      name: 'core-imports-nothing',
      severity: 'error',
      from: { path: '^packages/core/src/' },
      to: { pathNot: '^packages/core/src/' },
    },
    pure('policy'),
    pure('workload'),
    ...engine
      .filter((name) => !['models', 'runtime', 'rpc', 'solver'].includes(name))
      .map((name) => only(name, 'core')),
    only('rpc', 'core', 'http2', 'protocol'),
    only('models', 'core', 'blobs', 'isolation'),
    only('runtime', 'core', 'isolation'),
    only('solver', 'core', 'isolation'),
    only('simulator', 'core', 'policy', 'workload', 'solver', 'scenario'),
    only('service', 'core', ...engine),
    only('client', 'core', ...engine),
    only('local', 'core', 'service', ...engine),
    only('report', 'core'),
    only('scenario', 'core'),
    only('cli', 'core', 'policy', 'client', 'local', 'report', 'scenario', 'simulator', ...engine),
    {
      name: 'verbs-stand-alone',
      comment: 'A verb of the CLI imports no other verb.',
      severity: 'error',
      from: { path: '^packages/cli/src/commands/([^/]+)/' },
      to: { path: '^packages/cli/src/commands/', pathNot: '^packages/cli/src/commands/$1/' },
    },
    only('loadgen', 'core', 'client', 'workload', 'http2', 'protocol', 'rpc', 'models', 'report', 'scenario'),
    {
      name: 'services-stand-alone',
      comment: 'A service imports any package except the test kit, the CLI and local, and no other service.',
      severity: 'error',
      from: { path: '^services/([^/]+)/src/', pathNot: '^services/node/' },
      to: { path: '^(services/[^/]+|packages/(testkit|cli|local)|loadgen)/', pathNot: '^services/$1/' },
    },
    {
      name: 'node-combines-router-and-worker',
      comment: 'The node imports what the other services may import, and the router and the worker.',
      severity: 'error',
      from: { path: '^services/node/src/' },
      to: {
        path: '^(services/[^/]+|packages/(testkit|cli|local)|loadgen)/',
        pathNot: '^services/(node|router|worker)/',
      },
    },
    {
      name: 'testkit-in-tests-only',
      severity: 'error',
      from: { path: own, pathNot: ['/test/', '^packages/testkit/'] },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'sources-import-no-tests',
      severity: 'error',
      from: { path: '/src/' },
      to: { path: ['^packages/[^/]+/test/', '^services/[^/]+/test/', '^loadgen/test/', '^test/'] },
    },
    library('@grpc/proto-loader|@grpc/reflection', '(rpc|protocol)'),
    library('@grpc/grpc-js', '(rpc|protocol|state)'),
    library('lmdb|etcd3', 'state'),
    library('onnxruntime-node|onnxruntime-common', '(runtime|testkit)'),
    library('highs', 'solver'),
    library('@aws-sdk', 'blobs'),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    tsPreCompilationDeps: true,
    skipAnalysisNotInRules: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default', 'types'],
      // Files do not change during the check.
      cachedInputFileSystem: { cacheDuration: 1_800_000 },
    },
  },
};
