import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import Database from 'libsql'
import { expect, onTestFinished, test } from 'vitest'
import { openMongo } from '../../src/stores/mongo/mongo.ts'
import { cli } from '../helpers/cli.ts'
import { testDatabase } from '../helpers/database.ts'
import { temporaryFolder } from '../helpers/exports.ts'
import { serviceOrSkip } from '../helpers/services.ts'

const EDITION = 'mobilite-transport/2023-08-09'

/** The queries of the documentation, in their order: four in two languages each, then one for the view datasets. */
async function queries(organization: string): Promise<{ js: string[]; sql: string[] }> {
  const text = (await readFile('docs/queries.md', 'utf8'))
    .replaceAll('ORGANIZATION', organization)
    .replaceAll('EDITION', EDITION)
  const queriesIn = (language: string) =>
    [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, query]) => query!)
  return { js: queriesIn('js'), sql: queriesIn('sql') }
}

const mongodb = serviceOrSkip('mongodb', 'the documented queries in MongoDB')

test('the documented queries return the same rows in SQLite and, if it runs, in MongoDB', async () => {
  const cwd = await temporaryFolder()
  expect((await cli(['demo', '--into', 'here', '--quiet', '--no-serve'], { cwd })).code).toBe(0)
  const database = new Database(join(cwd, 'here/datagouv.db'))
  onTestFinished(() => void database.close())
  const editions = (database.prepare('SELECT document FROM tops ORDER BY _id').raw().all() as [string][]).map(
    ([text]) => JSON.parse(text),
  )
  expect(editions).toHaveLength(3)
  const last = editions.at(-1)
  const organization = last.organizations[0].id
  const { js, sql } = await queries(organization)
  const rows = sql.map((query) => database.prepare(query).all() as Record<string, unknown>[])

  expect(JSON.parse(rows[0]![0]!.document as string)).toEqual(last)
  const history = editions.flatMap(({ date, organizations }) =>
    organizations
      .filter(({ id }: { id: string }) => id === organization)
      .map(({ rank, followers, datasets }: Record<string, number>) => ({ date, rank, followers, datasets })),
  )
  expect(rows[1]).toEqual(history)
  expect(rows[2]).toEqual(last.datasets)
  const counts = editions.map(({ watch, date, datasets }) => ({ watch, date, datasets: datasets.length }))
  expect(rows[3]).toEqual(counts)
  expect(rows[4]).toHaveLength(10)
  expect(rows[4]![0]!.growth).toBeGreaterThanOrEqual(rows[4]![9]!.growth as number)

  const flat = editions.flatMap(({ watch, date, datasets }) => datasets.map((one: object) => ({ watch, date, ...one })))
  expect(database.prepare('SELECT * FROM datasets').all()).toEqual(flat)
  database.prepare('INSERT INTO tops VALUES (?, ?)').run('a/1', 'not JSON')
  expect(database.prepare('SELECT count(*) FROM datasets').raw().get()).toEqual([flat.length])

  if (!mongodb) return
  const mongoDatabase = await testDatabase(mongodb.DATAGOUV_TOPS_DOCUMENTS!)
  onTestFinished(mongoDatabase.close)
  const documents = await openMongo(mongoDatabase.url)
  for (const edition of editions) await documents.replace('tops', edition)
  await documents.close()
  const tops = mongoDatabase.database.collection('tops')
  const answers = await Promise.all(js.map((query) => runInNewContext(query, { db: { tops } }).toArray()))
  expect(answers).toEqual([[last], history, last.datasets, counts])
})
