// The streams that gRPC for Node serves: those of node:http2, and others that have what it uses of them.

import type { ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';

export type ServerStream = Duplex &
  Pick<ServerHttp2Stream, 'respond' | 'sendTrailers' | 'close' | 'closed' | 'headersSent' | 'setTimeout'>;
