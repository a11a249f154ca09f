// The styles of text on a terminal.

import type pc from 'picocolors';

export type Paint = ReturnType<typeof pc.createColors>;
