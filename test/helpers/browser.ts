import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { test } from 'vitest'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Nothing but the pages of a test: no first run, no updates, no calls home. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * The path of Chromium: CHROMIUM, or where Debian puts it. Undefined when there is none, which leaves one skipped test and
 * one printed line.
 */
export function chromiumOrSkip(suite: string): string | undefined {
  const found = [process.env.CHROMIUM, ...PLACES].find((path) => path !== undefined && existsSync(path))
  if (found === undefined) {
    const how = 'apt-get install chromium, or CHROMIUM=/path/to/chromium'
    console.warn(`left out: ${suite}, because there is no Chromium; to have it: ${how}`)
    test.skip(`${suite} (needs Chromium: ${how})`)
  }
  return found
}

export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS })
}
