export { cutCell } from './fit-cell.js';
export { cutLine } from './cut-line.js';
export { runProcess } from './run-process.js';
export { defaultWidth, formatRows, formatTable, padVisible, type Column, type TableOptions } from './table.js';
export { indent, wrap } from './wrap.js';
