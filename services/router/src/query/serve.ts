// Serves queries.

import type { ClientQuery } from '../resolve/resolve.js';
import type { Answer, AnswerReceiver } from './answer.js';
import { Query } from './query.js';
import type { RouterContext } from './router-context.js';

/** Throws a ParetoError whose code is the query's status. */
export const serve = (router: RouterContext, query: ClientQuery): Promise<Answer> =>
  new Promise((succeed, fail) => startServing(router, query, { succeed, fail }));

/** Serves a query, whose outcome the receiver gets immediately or later. */
export const startServing = (router: RouterContext, query: ClientQuery, receiver: AnswerReceiver): void =>
  new Query(router, query, receiver).start();
