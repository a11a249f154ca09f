// Serves queries.

import type { ClientQuery } from '../resolve/resolve.js';
import type { Answer, AnswerReceiver } from './answer.js';
import { Query } from './query.js';
import type { RouterCore } from './router-core.js';

/** Throws a ParetoError whose code is the query's status. */
export const serve = (core: RouterCore, query: ClientQuery): Promise<Answer> =>
  new Promise((succeed, fail) => startServing(core, query, { succeed, fail }));

/** Serves a query, whose outcome the receiver gets immediately or later. */
export const startServing = (core: RouterCore, query: ClientQuery, receiver: AnswerReceiver): void =>
  new Query(core, query, receiver).start();
