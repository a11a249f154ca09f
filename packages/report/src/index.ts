export { cutCell } from './fit-cell.js';
export { cutLine } from './cut-line.js';
export { classColor, otherColor, outcomeColors, variantColor } from './html/colors.js';
export {
  barsColumn,
  htmlTable,
  numberColumn,
  shareBar,
  textColumn,
  withSwatch,
  type HtmlRow,
} from './html/html-table.js';
export { factList, tileList, type Fact, type Tile } from './html/lists.js';
export { markup, type Markup } from './html/markup.js';
export { formatCount, formatMs, formatPercent, formatRate, formatTime } from './html/number-formats.js';
export { formatPage } from './html/page.js';
export { figure, overTime, section } from './html/sections.js';
export { roundForChart, type Intervals, type Series, type Values } from './html/series.js';
export { simulationPage, type SimulationPageOptions } from './simulation/simulation-page.js';
export { type SimulationResult, type SimulationScenario } from './simulation/simulation-result.js';
export { formatSimulationTable, simulationJson } from './simulation/simulation-table.js';
export { type Spread } from './simulation/spread.js';
export { summarizeBound, summarizeSimulation, type PolicySummary } from './simulation/summarize.js';
export { runProcess } from './run-process.js';
export { defaultWidth, formatRows, formatTable, padVisible, type Column, type TableOptions } from './table.js';
export { indent, wrap } from './wrap.js';
