import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/opt/google/chrome'];
const macApplication = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** A headless Chromium: CHROMIUM_PATH, else an installed one, else the one of @sparticuz/chromium; never skipped in silence. */
export async function launchChromium(): Promise<Browser> {
  const tried: string[] = [];
  for (const find of [named, installed, packaged]) {
    try {
      const path = await find();
      if (path !== null) return await chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
    } catch (error) {
      tried.push(
        `the ${find.name} one: ${error instanceof Error ? error.message.split('\n', 3).join(' ') : String(error)}`,
      );
    }
  }
  throw new Error(
    [
      'No Chromium could be started for the browser tests.',
      'Install one (Debian and Ubuntu: apt-get install chromium; macOS: brew install --cask google-chrome),',
      'or set CHROMIUM_PATH to the executable of a Chrome or Chromium.',
      ...tried.map((each) => `Tried ${each}`),
    ].join('\n'),
  );
}

async function named(): Promise<string | null> {
  const path = process.env['CHROMIUM_PATH'];
  return path === undefined || path === '' ? null : path;
}

async function installed(): Promise<string | null> {
  for (const path of [...folders.flatMap((folder) => names.map((name) => join(folder, name))), macApplication]) {
    if (await isExecutable(path)) return path;
  }
  return null;
}

/**
 * The npm package carries a Linux build only, and unpacks it at the first use. Its own list of arguments is for
 * serverless functions (one process for all pages, no web security) and ends the browser with the first closed page.
 */
async function packaged(): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  const { default: sparticuz } = await import('@sparticuz/chromium');
  return sparticuz.executablePath();
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
