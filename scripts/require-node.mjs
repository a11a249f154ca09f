// Stops with one line when this Node is too old. Every script imports it first; older Nodes must be able to read it.
const need = [20, 19];
const have = process.versions.node.split('.').map(Number);

if (have[0] < need[0] || (have[0] === need[0] && have[1] < need[1])) {
  console.error(
    `Pareto needs Node ${need.join('.')} or newer and this is ${process.versions.node}: install Node 24 from https://nodejs.org (or "nvm install 24"), then run the command again.`,
  );
  process.exit(1);
}
