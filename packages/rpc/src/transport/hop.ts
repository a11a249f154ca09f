/** Transport of queries: gRPC for Node, or node:http2, which costs about half as much CPU time per call. */
export type Hop = 'grpc-js' | 'http2';
