export { type Context } from './context/context.js';
export { runProgram } from './program.js';
export { createTerminal, type Output, type Terminal } from './terminal/terminal.js';
