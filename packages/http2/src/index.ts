export { type FrameConnection } from './frame-connection.js';
export { type FrameStream } from './frame-stream.js';
export { HeaderList, headerList } from './hpack/header-list.js';
export { ConnectionError, errorCodes } from './http2-errors.js';
export { connectionDefaults, connectionWindowBytes, runOnSocket, streamWindowBytes } from './run-on-socket.js';
export { type StreamHandler, unhandled } from './stream-handler.js';
