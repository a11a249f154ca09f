// Creates the HTTP server from the router's configuration.

import type { ServiceContext } from '@pareto/service';
import { noHttp, type RouterConfig } from './config.js';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './http/server/http-server.js';

/** Returns undefined if HTTP is disabled. */
export function createHttp(
  config: RouterConfig,
  { access, lifecycle, clock }: ServiceContext,
  { handlers, guard, limiter, onError }: Pick<HttpServerOptions, 'handlers' | 'guard' | 'limiter' | 'onError'>,
): HttpServer | undefined {
  if (config.httpPort === noHttp) return undefined;
  return createHttpServer({
    ...config,
    ...{
      port: config.httpPort,
      origins: config.httpAllowOrigin,
      leaving: lifecycle.leaving,
      draining: lifecycle.draining,
      tls: access.server.tls,
    },
    ...{ handlers, guard, limiter, onError, clock },
  });
}
