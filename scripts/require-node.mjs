// Exits with an error if Node is too old. Every script imports this file first, so it must also run on older versions.
const need = [20, 19];
const have = process.versions.node.split('.').map(Number);

if (have[0] < need[0] || (have[0] === need[0] && have[1] < need[1])) {
  console.error(
    `Pareto needs Node ${need.join('.')} or newer, but this is ${process.versions.node}. Install Node 24 from https://nodejs.org (or "nvm install 24"), then run the command again.`,
  );
  process.exit(1);
}
