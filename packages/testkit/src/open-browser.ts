// A headless Chromium, if the machine has one.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Returns undefined if no Chromium is in the PATH. */
export async function openBrowser(): Promise<Browser | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const executablePath = folders.flatMap((folder) => programs.map((name) => join(folder, name))).find(isExecutable);
  if (executablePath === undefined) return undefined;
  // Few tests need this library, which takes long to load.
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
