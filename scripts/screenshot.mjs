// Takes the README's screenshots of the demo's pages: npm run build && node scripts/screenshot.mjs
// Needs Chromium and pngquant: apt-get install chromium pngquant
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const [images = 'docs/images'] = process.argv.slice(2)
/** The path of each page, and the height that shows its first rows. */
const PAGES = [
  { name: 'page.png', path: '', height: 800 },
  { name: 'explore.png', path: 'explore/latest?words=v%C3%A9lo,piste%20cyclable', height: 1100 },
]
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
  const address = await addressOf(demo)
  await mkdir(images, { recursive: true })
  for (const { name, path, height } of PAGES) {
    const image = join(images, name)
    await page.setViewportSize({ width: 1280, height })
    // Some sections of the search load later. Wait until they are complete.
    await page.goto(address + path, { waitUntil: 'networkidle' })
    // The counts of the weeks have this link until they are complete.
    await page.getByText('Actualiser', { exact: true }).waitFor({ state: 'hidden' })
    await page.screenshot({ path: image })
    execFileSync('pngquant', ['--force', '--strip', '--quality', '80-100', '--output', image, image])
  }
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
