// Gives the CPU of a worker's process another name, so that it is a hardware class of its own. The name is in the environment.

import os from 'node:os';
import { syncBuiltinESMExports } from 'node:module';

const { cpus } = os;
os.cpus = () => cpus().map((cpu) => ({ ...cpu, model: process.env.PARETO_DEVICE_NAME ?? cpu.model }));
syncBuiltinESMExports();
