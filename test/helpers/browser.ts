import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { test } from 'vitest'

const DEFAULT_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Disables everything that a test does not need: first run, updates, telemetry. */
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
 * Returns the path of Chromium: CHROMIUM, or where Debian installs it. Without it, it adds one skipped test and prints one
 * line.
 */
export function chromiumOrSkip(suite: string): string | undefined {
  const found = [process.env.CHROMIUM, ...DEFAULT_PATHS].find((path) => path !== undefined && existsSync(path))
  if (found === undefined) {
    const how = 'apt-get install chromium, or CHROMIUM=/path/to/chromium'
    console.warn(`skipped: ${suite}: Chromium is not installed; to install it: ${how}`)
    test.skip(`${suite} (needs Chromium: ${how})`)
  }
  return found
}

export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS })
}
