// Takes the README's screenshot of the demo's page: npm run build && node scripts/screenshot.mjs
// Needs Chromium and pngquant: apt-get install chromium pngquant
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const [image = 'docs/images/page.png'] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-screenshot-'))
const demo = spawn(process.execPath, ['dist/cli.js', 'demo', '--serve', '--into', folder], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'fr-FR', colorScheme: 'light' })
  await page.goto(await addressOf(demo))
  await mkdir(join(image, '..'), { recursive: true })
  await page.screenshot({ path: image })
  execFileSync('pngquant', ['--force', '--strip', '--quality', '80-100', '--output', image, image])
} finally {
  await browser.close()
  demo.kill()
  await once(demo, 'exit')
  await rm(folder, { recursive: true })
}

/** Reads the address of the page from the output of the demo. */
async function addressOf({ stdout }) {
  let output = ''
  for await (const chunk of stdout) {
    output += chunk
    const [address] = /http:\/\/\S+/.exec(output) ?? []
    if (address !== undefined) return address
  }
  throw new Error(`the demo printed no address: ${output}`)
}
