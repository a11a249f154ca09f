/**
 * Transport of queries: gRPC for Node, node:http2, which costs about half as much CPU time per call, or frames of HTTP/2, which
 * cost the least.
 */
export type Hop = 'grpc-js' | 'http2' | 'frames';
