import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { announceFailure, announceMissed, announceSkipped, withAnnouncement } from '../../src/notify/announce.ts'
import { failedNews } from '../../src/notify/news.ts'
import { announceRecovery } from '../../src/notify/recovery.ts'
import { sendTest } from '../../src/notify/targets.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { blocksOf } from '../docs/blocks.ts'
import { createRunRequest, DATE, openTestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv } from '../helpers/exports.ts'
import { startWebhook } from '../helpers/receivers.ts'

const SCHEMA = JSON.parse(await readFile('docs/reference/notification.schema.json', 'utf8'))
const ORGANIZATIONS = organizationsCsv([['o1', 'Un', 12]])
const SEARCHES = [{ words: ['transport'] }, { words: ['bus'], columns: ['unknown'] }]
const FORMATS = { date: /^\d{4}-\d\d-\d\d$/, 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, uri: /^https?:\/\/\S+$/ }

/** Adds to each object of a schema that it has no other properties, to find those that the schema lacks. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const parts = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, closed(part)]))
  return parts.type === 'object' ? { ...parts, additionalProperties: false } : parts
}

const ajv = () => new Ajv2020({ strictSchema: false, formats: FORMATS })
const isValid = ajv().compile(SCHEMA)
const isComplete = ajv().compile(closed(SCHEMA) as object)

/** Sends one message of each kind to a webhook. */
async function sentMessages(): Promise<Record<string, unknown>[]> {
  const hook = await startWebhook()
  const settings = `notify: ${JSON.stringify([{ kind: 'webhook', url: hook.url, searches: SEARCHES }])}\n`
  const first = await openTestContext('2026-11-11T16:00:00Z', settings)
  const week = await createRunRequest(
    first,
    datasetsCsv([{ id: 'd1', title: 'Transport', organization: 'o1' }]),
    ORGANIZATIONS,
  )
  await withAnnouncement(run)({ ...week, date: '2026-11-11' }, first)
  const second = await openTestContext(undefined, settings, first.folder)
  const datasets = datasetsCsv([{ id: 'd2', title: 'Transport', organization: 'o1' }])
  await withAnnouncement(run)(await createRunRequest(second, datasets, ORGANIZATIONS), second)
  const failure = new Failure('portal', 'the portal cannot be reached')
  await announceFailure(failedNews('2026-11-25', failure, new Date('2026-11-25T17:00:00Z')), undefined, second)
  await announceFailure(failedNews('2026-12-02', new Failure('gate', 'incomplete'), null), undefined, second)
  await announceFailure(failedNews('2026-12-09', new Failure('contract', 'broken')), undefined, second)
  await announceMissed('2026-12-16', failure, second)
  await announceSkipped(['2026-12-16', '2026-12-23'], second)
  // A target without the news of editions is notified of the end of a failure.
  const events = ['failed', 'recovered']
  const third = await openTestContext(
    '2026-12-30T16:00:00Z',
    `notify: ${JSON.stringify([{ kind: 'webhook', url: hook.url, events }])}\n`,
    first.folder,
  )
  const last = { ...(await createRunRequest(third, datasets, ORGANIZATIONS)), date: '2026-12-30' }
  await withAnnouncement(run)({ ...last, sources: { datasets: 'none.csv', organizations: 'none.csv' } }, third).catch(
    () => {},
  )
  await run(last, { ...third, clock: () => new Date('2026-12-30T16:05:00Z') })
  await announceRecovery('2026-12-30', third)
  await sendTest(second)
  return hook.received.map(({ body }) => body)
}

test('every message to a webhook is valid against the schema, which describes all of its fields', async () => {
  const messages = await sentMessages()
  expect(messages.map(({ event }) => event)).toEqual([
    'published',
    'published',
    'failed',
    'refused',
    'failed',
    'missed',
    'missed',
    'failed',
    'recovered',
    'test',
  ])
  for (const message of messages) {
    isComplete(message)
    expect([message.event, isComplete.errors]).toEqual([message.event, null])
    for (const key of Object.keys(message)) {
      const { [key]: _, ...rest } = message
      if (key !== 'again') expect([key, isValid(rest)]).toEqual([key, false])
    }
    expect(isValid({ ...message, event: 'other' })).toBe(false)
  }
  expect(messages[1]).toMatchObject({
    date: DATE,
    editions: [{ changes: { entered: { count: 1 } } }],
    searches: [{ changes: { entered: { count: 1 } } }, { found: null }],
  })
})

test('the example in docs/notifications.md is valid', () => {
  const examples = blocksOf('docs/notifications.md').filter(({ language }) => language === 'json')
  expect(examples).toHaveLength(1)
  for (const { text } of examples) {
    isComplete(JSON.parse(text))
    expect(isComplete.errors).toBe(null)
  }
})
