import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Edition } from '../../src/editions/edition.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import { openSqlite } from '../../src/stores/sqlite/sqlite.ts'
import { BASE_ENVIRONMENT, CLI, cli } from '../helpers/cli.ts'
import { freePort } from '../helpers/port.ts'

/** The edition that a run publishes from the real exports: 622 datasets. */
export const FULL: Edition = JSON.parse(
  gunzipSync(await readFile(new URL('edition.json.gz', import.meta.url))).toString('utf8'),
)

/** Names that could break a page. */
export const HOSTILE = [
  '<script>globalThis.hacked = 1</script>',
  '</script><img src=x onerror="globalThis.hacked = 2">',
  '"><a href="javascript:globalThis.hacked=3">click</a>',
  'safe\u202egpj.exe then \u0000 and \u001b[31m',
  'שלום עולם and مرحبا 123',
  `${'Looong'.repeat(200)}`,
  '',
] as const

const LABEL = 'label: { fr: Mobilité et transport, en: Mobility and transport }'

export interface Site {
  /** Without a slash at the end. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Starts `serve` with four watches: the demo's three Wednesdays, the real full edition with an earlier one, an edition of hostile
 * names, and a watch without an edition.
 */
export async function openSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-web-'))
  await cli(['demo', '--into', folder, '--quiet', '--no-serve'], { cwd: folder })
  await addDocuments(join(folder, 'datagouv.db'))
  const names = ['mobilite-transport', 'complet', 'hostile', 'vide']
  const watches = names
    .map((name) => `  - { name: ${name}, terms: [mobilité, transport]${name === 'complet' ? `, ${LABEL}` : ''} }\n`)
    .join('')
  await writeFile(join(folder, 'datagouv-tops.yaml'), `watches:\n${watches}`)
  const stores = ['--archive', 'file:datagouv', '--documents', 'sqlite:datagouv.db']
  const port = await freePort()
  const server = spawn(process.execPath, [CLI, 'serve', '--port', String(port), ...stores], {
    cwd: folder,
    env: { ...process.env, ...BASE_ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await Promise.race([once(server.stdout, 'data'), once(server, 'exit')])
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const ended = once(server, 'exit')
      server.kill()
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

async function addDocuments(file: string): Promise<void> {
  const documents = await openSqlite(file)
  for (const edition of [weekBefore(), { ...FULL, ...named('complet', FULL.date) }, hostile()]) {
    await documents.replace('tops', edition)
  }
  await documents.replace('runs', FAILED)
  await documents.close()
}

const named = (watch: string, date: string) => ({ _id: `${watch}/${date}`, watch, date })

/** Returns the edition before the full one: it lacks every hundredth dataset and has one that was removed later. */
function weekBefore(): Edition {
  const datasets = FULL.datasets.filter((_, index) => index % 100 !== 0)
  const removed = { ...FULL.datasets[1]!, dataset_id: 'gone', dataset_title: 'Jeu retiré' }
  return { ...FULL, ...named('complet', '2026-01-14'), datasets: [removed, ...datasets] }
}

function hostile(): Edition {
  const organizations = HOSTILE.map((name, index) => ({
    rank: index + 1,
    id: `org"<${index}>&/?#`,
    name,
    followers: HOSTILE.length - index,
    datasets: 1,
  }))
  const datasets = organizations.map(({ id, name, followers }, index) => ({
    dataset_id: `set"<${index}>&/?#`,
    dataset_title: HOSTILE[index]!,
    dataset_followers: index,
    organization: name,
    organization_id: id,
    organization_followers: followers,
  }))
  return { ...FULL, ...named('hostile', FULL.date), organizations, datasets }
}

const FAILED: RunRecord = {
  _id: '20260121T170000000Z-abcdef',
  command: 'run',
  date: '2026-01-21',
  watches: ['complet'],
  version: '0.1.0',
  status: 'failed',
  summary: 'the portal cannot be reached',
  started_at: '2026-01-21T17:00:00.000Z',
  ended_at: '2026-01-21T17:00:31.000Z',
  host: 'host',
  pid: 1,
  steps: [],
  warnings: ['<b>not bold</b>'],
  error: {
    kind: 'portal',
    exit_code: 3,
    message: 'https://www.data.gouv.fr: 503 <script>globalThis.hacked = 4</script>',
  },
}
