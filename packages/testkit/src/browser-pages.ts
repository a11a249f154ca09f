// Pages in a headless Chromium, if the machine has one.

import { accessSync, constants } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { createTempFolder } from './temp-folder.js';

/** Reason to skip a test, on a machine without Chromium. */
export const noBrowser = 'no Chromium is installed (apt-get install chromium)';

export interface BrowserPages extends AsyncDisposable {
  /** Opens a page from its text. */
  open(html: string): Promise<Page>;
  /** Returns what pages printed, their errors and their requests to other addresses, since the last call. */
  takeProblems(): readonly string[];
}

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Starts a browser. Returns undefined if no Chromium is in the PATH. */
export async function openBrowser(): Promise<BrowserPages | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const executablePath = folders.flatMap((folder) => programs.map((name) => join(folder, name))).find(isExecutable);
  if (executablePath === undefined) return undefined;
  // Few tests need this library, which takes long to load.
  const { chromium } = await import('playwright-core');
  return createPages(await chromium.launch({ executablePath }));
}

async function createPages(browser: Browser): Promise<BrowserPages> {
  const folder = await createTempFolder();
  const problems: string[] = [];
  return {
    async open(html) {
      const file = folder.file('page.html');
      await writeFile(file, html);
      const page = await browser.newPage();
      page.on('console', (message) => problems.push(message.text()));
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith('file:')) problems.push(request.url());
      });
      await page.goto(pathToFileURL(file).href);
      return page;
    },
    takeProblems: () => problems.splice(0),
    async [Symbol.asyncDispose]() {
      await browser.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
