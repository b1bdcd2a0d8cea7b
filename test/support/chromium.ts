/** The browser of this machine. */
import { existsSync } from 'node:fs';

const CANDIDATES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].filter((path) => path !== undefined);

/** The path of a Chromium on this machine; undefined if there is none. */
export const CHROMIUM = CANDIDATES.find((path) => existsSync(path));
