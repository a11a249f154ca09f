// Maps paths and methods to the endpoints of the protocol.

import { cutText } from '@pareto/core';
import * as about from './about.js';
import type { Endpoint } from './exchange.js';
import { infer } from './infer.js';
import * as repository from './repository.js';
import * as settings from './settings.js';
import * as memory from './shared-memory.js';

type Methods = Readonly<Partial<Record<'GET' | 'POST', Endpoint>>>;
/** Values of the `:name` parts of a pattern. */
type PathParts = Readonly<Partial<Record<'model' | 'version' | 'repository' | 'region', string>>>;

/** Endpoints by path pattern. `:name` matches one segment of the path. */
const routes: Readonly<Record<string, Methods>> = {
  '/v2/models/:model/infer': { POST: infer },
  '/v2/models/:model/versions/:version/infer': { POST: infer },
  '/v2': { GET: about.serverMetadata },
  '/v2/health/live': { GET: about.serverLive },
  '/v2/health/ready': { GET: about.serverReady },
  '/v2/models/stats': { GET: about.modelStatistics },
  '/v2/models/:model': { GET: about.modelMetadata },
  '/v2/models/:model/versions/:version': { GET: about.modelMetadata },
  '/v2/models/:model/ready': { GET: about.modelReady },
  '/v2/models/:model/versions/:version/ready': { GET: about.modelReady },
  '/v2/models/:model/config': { GET: about.modelConfig },
  '/v2/models/:model/versions/:version/config': { GET: about.modelConfig },
  '/v2/models/:model/stats': { GET: about.modelStatistics },
  '/v2/models/:model/versions/:version/stats': { GET: about.modelStatistics },
  '/v2/models/:model/trace/setting': { GET: settings.getTraces, POST: settings.setTraces },
  '/v2/trace/setting': { GET: settings.getTraces, POST: settings.setTraces },
  '/v2/logging': { GET: settings.getLogs, POST: settings.setLogs },
  '/v2/repository/index': { POST: repository.repositoryIndex },
  '/v2/repository/models/:model/load': { POST: repository.loadModel },
  '/v2/repository/models/:model/unload': { POST: repository.unloadModel },
  '/v2/repository/:repository/index': { POST: repository.repositoryIndex },
  '/v2/repository/:repository/models/:model/load': { POST: repository.loadModel },
  '/v2/repository/:repository/models/:model/unload': { POST: repository.unloadModel },
  '/v2/systemsharedmemory/status': { GET: memory.systemStatus },
  '/v2/systemsharedmemory/region/:region/status': { GET: memory.systemStatus },
  '/v2/systemsharedmemory/region/:region/register': { POST: memory.registerSystem },
  '/v2/systemsharedmemory/region/:region/unregister': { POST: memory.unregisterSystem },
  '/v2/systemsharedmemory/unregister': { POST: memory.unregisterSystem },
  '/v2/cudasharedmemory/status': { GET: memory.cudaStatus },
  '/v2/cudasharedmemory/region/:region/status': { GET: memory.cudaStatus },
  '/v2/cudasharedmemory/region/:region/register': { POST: memory.registerCuda },
  '/v2/cudasharedmemory/region/:region/unregister': { POST: memory.unregisterCuda },
  '/v2/cudasharedmemory/unregister': { POST: memory.unregisterCuda },
};

const compile = (pattern: string): RegExp => new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`);

const compiled = Object.entries(routes).map(([pattern, methods]) => ({ match: compile(pattern), methods }));

export interface RouteMatch {
  readonly methods: Methods;
  /** Named parts of the path, still percent-encoded. */
  readonly parts: PathParts;
}

/** Finds the route of a path without its query string. Returns undefined if there is none. */
export function findRoute(path: string): RouteMatch | undefined {
  for (const { match, methods } of compiled) {
    const result = match.exec(path);
    if (result !== null) return { methods, parts: result.groups ?? {} };
  }
  return undefined;
}

/** Returns the error of a path without a route. Other servers list their models at /v2/models, which the protocol lacks. */
export const noRouteText = (path: string): string =>
  /^\/v2\/models\/?$/.test(path)
    ? `there is no endpoint at ${path}: POST /v2/repository/index lists the models`
    : `there is no endpoint at ${cutText(path)}; the paths of the Open Inference Protocol begin with /v2`;

/** Returns the value of the Allow header. */
export const allowed = ({ GET, POST }: Methods): string =>
  [...(GET === undefined ? [] : ['GET', 'HEAD']), ...(POST === undefined ? [] : ['POST']), 'OPTIONS'].join(', ');
