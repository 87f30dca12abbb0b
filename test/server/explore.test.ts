import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { DamagedDocument, Failure, NotFound } from '../../src/errors.ts'
import type { SearchPage } from '../../src/explore/page.ts'
import { watchOf } from '../../src/explore/query.ts'
import { openChannel } from '../../src/server/explore/channel.ts'
import { createExplorer } from '../../src/server/explore/explorer.ts'
import type { Searcher } from '../../src/server/explore/requests.ts'
import type { Problem } from '../../src/server/problem.ts'
import { DATE, openTestContext } from '../helpers/context.ts'
import { flipBit } from '../helpers/exports.ts'
import { serveContext } from '../helpers/serveContext.ts'
import { publishWeeks, type Week, watchWithTop } from '../helpers/weeks.ts'
import { openSite, type Site } from '../web/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site.close())

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${site.url}${path}`, { headers })
const json = async <T = SearchPage>(path: string) => (await get(path)).json() as Promise<T>
/** Just below the number of connections at which the server closes idle ones. */
const MANY = 950
const WORDS = 'words=mobilité,transport'

describe('a search (in the worker)', () => {
  test('of the words of a watch is its edition: figures, tops, CSV, archive and changes', async () => {
    const edition = await json<Record<string, never>>('/api/editions/mobilite-transport/latest')
    const page = await json(`/api/explore/latest?${WORDS}&limit=1000`)
    const { organizations, source, terms, top, datasets } = edition
    expect(page).toMatchObject({ organizations, source, terms, top, date: '2023-08-09', match: 'substring' })
    expect(page.datasets.map(({ matches: _, ...dataset }) => dataset)).toEqual(datasets)
    expect(page.archive.records).toBe((edition.archive as { records: number }).records)
    expect([page.in_tops, page.total]).toEqual([page.datasets.length, page.datasets.length])
    const same = async (path: string, other: string) =>
      expect(await (await get(path)).text()).toBe(await (await get(other)).text())
    const path = '/api/editions/mobilite-transport/2023-08-09'
    await same(`/api/explore/2023-08-09.csv?${WORDS}`, `${path}.csv`)
    await same(`/api/explore/2023-08-09/archive.csv?${WORDS}`, `${path}/archive.csv`)
    const changes = await json<object>(`/api/explore/latest/changes?${WORDS}`)
    expect({ ...changes, watch: 'mobilite-transport' }).toEqual(await json(`${path}/changes`))
    await same(`/api/explore/latest/changes.csv?${WORDS}`, `${path}/changes.csv`)
  })

  test('takes the parameters of the table', async () => {
    const all = (await json(`/api/explore/latest?${WORDS}&limit=1000`)).datasets
    const first = await get(`/api/explore/latest?${WORDS}&limit=2&offset=2&sort=-dataset_followers`)
    const byFollowers = all.toSorted((a, b) => b.dataset_followers - a.dataset_followers)
    const page = (await first.json()) as SearchPage
    expect(page.datasets.map(({ dataset_id }) => dataset_id)).toEqual(
      byFollowers.slice(2, 4).map(({ dataset_id }) => dataset_id),
    )
    expect(first.headers.get('x-total-count')).toBe(String(all.length))
    expect(first.headers.get('link')).toContain('rel="next"')
    const { organization_id } = all[0]!
    const some = await json(`/api/explore/latest?${WORDS}&organization=${organization_id}`)
    expect(some.total).toBe(all.filter((one) => one.organization_id === organization_id).length)
    const entered = await json(`/api/explore/latest?${WORDS}&new=1`)
    const left = await json(`/api/explore/latest?${WORDS}&gone=1&since=2023-08-02`)
    expect([entered.total, left.total]).toEqual([4, 3])
    expect(left.datasets.every(({ matches }) => matches.length > 0)).toBe(true)
  })

  test('shows where each dataset matches, and the words that it is in', async () => {
    const { words, datasets } = await json('/api/explore/latest?words=vélo&match=substring')
    expect(words[0]!.most_hit.map(({ word }) => word)).toContain('vélo')
    for (const { matches } of datasets)
      expect(matches[0]!.found.normalize('NFD').toLowerCase()).toMatch(/^ve\u0301?lo$/)
    const word = await json('/api/explore/latest?words=vélo&match=word&columns=title')
    expect(word.words[0]!.most_hit).toEqual([])
    expect(word.longer_words[0]!.word).toBe('vélos')
    for (const { matches } of word.datasets) expect(matches.map(({ column }) => column)).toEqual(['title'])
    const none = await json('/api/explore/latest?words=velox')
    expect(none.words[0]!.nearest[0]!.word).toBe('vélo')
  })

  test('is not sent again to a client that has it, and is not for search engines', async () => {
    const answer = await get(`/api/explore/2023-08-09?${WORDS}`)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-robots-tag': 'noindex',
      'cache-control': 'public, max-age=3600',
      'access-control-allow-origin': '*',
    })
    const etag = answer.headers.get('etag')!
    const again = await get('/api/explore/2023-08-09?words=mobilité,transport', { 'if-none-match': etag })
    expect([again.status, again.headers.get('x-robots-tag')]).toEqual([304, 'noindex'])
    for (const other of ['?words=transport', `?${WORDS}&limit=3`, `?${WORDS}&match=word`, `.csv?${WORDS}`])
      expect((await get(`/api/explore/2023-08-09${other}`, { 'if-none-match': etag })).status, other).toBe(200)
  })

  test.each([
    [
      'latest?words=e',
      400,
      'cannot search for "e": it is too short. A word has 2 to 64 letters, not counting accents, nor hyphens and apostrophes at its ends.',
    ],
    [`latest?words=${'x'.repeat(65)}`, 400, /^cannot search for "x+": it is too long\./],
    [
      'latest?words=aa,bb,cc,dd,ee,ff,gg,hh,ii',
      400,
      'cannot search for 9 words: the limit is 8. Search for fewer words, or make a watch of them.',
    ],
    ['latest?words=%20,', 400, 'cannot search: no words are given. Give one to eight words.'],
    ['latest?words=eau&top=501', 400, 'cannot accept top "501": must be a whole number from 1 to 500.'],
    [
      'latest?words=eau&columns=titel',
      400,
      'cannot search in column "titel": the export of 2023-08-09 has no such column; did you mean title?',
    ],
    [
      '2023-08-05?words=eau',
      404,
      'cannot search 2023-08-05: it has no snapshot. These can be searched: 2023-08-09, 2023-08-02, 2023-07-26',
    ],
    [
      '2026-01-14?words=eau',
      404,
      /^cannot search 2026-01-14: its snapshot was not kept, only its editions\. These can be searched: 2023-08-09/,
    ],
    [
      '2023-07-26/changes?words=eau',
      404,
      'there is no snapshot before that of 2023-07-26, so there is nothing to compare it with',
    ],
    [
      'latest/changes?words=eau&since=2023-08-09',
      400,
      'cannot compare with 2023-08-09: it is not earlier than 2023-08-09. Give an earlier date.',
    ],
  ])('answers %s with %i', async (path, status, detail) => {
    const answer = await get(`/api/explore/${path}`)
    const problem = (await answer.json()) as { detail: string }
    expect(answer.status).toBe(status)
    if (typeof detail === 'string') expect(problem.detail).toBe(detail)
    else expect(problem.detail).toMatch(detail)
  })

  test('counts every stored week in the background', async () => {
    type History = { weeks: { date: string; datasets: number }[]; total: number; seconds_left: number | null }
    let history: History
    do history = await json<History>(`/api/explore/history?${WORDS}`)
    while (history.seconds_left !== 0 && (await sleep(50)) === undefined)
    const dates = ['2023-08-09', '2023-08-02', '2023-07-26']
    const counts = await Promise.all(
      dates.map(async (date) => (await json(`/api/explore/${date}?${WORDS}`)).archive.records),
    )
    expect(history).toMatchObject({ total: 3, weeks: dates.map((date, index) => ({ date, datasets: counts[index] })) })
  })

  test('has an Atom feed of its changes', async () => {
    const feed = await (await get(`/api/explore/feed.atom?${WORDS}&lang=en`)).text()
    expect(feed).toContain('<title>9 August 2023: 4 new, 3 ')
    expect(feed).toMatch(/href="http:\/\/[^"]+\/explore\/2023-08-09\?words=[^"]+&amp;lang=en"/)
  })
})

describe('many clients', () => {
  test('hundreds of clients search for random words, while other addresses answer', async () => {
    const letters = 'abcdefghijklmnopqrstuvwxyzéè-'
    const word = () =>
      Array.from({ length: 2 + Math.random() * 6 }, () => letters[Math.floor(Math.random() * letters.length)]).join('')
    const random = (index: number) =>
      get(`/api/explore/latest?words=a${word()}a,${word()}b${index}&match=${index % 2 ? 'word' : 'substring'}`)
    let isRunning = true
    const slow: number[] = []
    const others = (async () => {
      while (isRunning) {
        const began = performance.now()
        expect((await get('/api/editions/mobilite-transport/latest')).status).toBe(200)
        slow.push(performance.now() - began)
      }
    })()
    const answers = await Promise.all(Array.from({ length: MANY }, (_, index) => random(index)))
    isRunning = false
    await others
    const statuses = answers.map(({ status }) => status)
    expect([...new Set(statuses)].sort()).toEqual([200, 503])
    const busy = answers.find(({ status }) => status === 503)!
    expect(busy.headers.get('retry-after')).toBe('2')
    expect(((await busy.json()) as { detail: string }).detail).toBe(
      'cannot search now: too many searches are waiting. Try again in a few seconds.',
    )
    expect(slow.length).toBeGreaterThan(1)
    expect((await get(`/api/explore/latest?${WORDS}`)).status).toBe(200)
  })

  test('readers that stop reading do not keep others waiting', async () => {
    const stop = new AbortController()
    onTestFinished(() => stop.abort())
    const lists = Array.from({ length: 40 }, () =>
      fetch(`${site.url}/api/explore/latest/archive.csv?words=de,la,les`, { signal: stop.signal }),
    )
    const statuses = (await Promise.all(lists)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(16)
    expect((await get('/api/explore/latest?words=arbre')).status).toBe(200)
    stop.abort()
    let status = 503
    while (status !== 200) {
      const answer = await get('/api/explore/latest/archive.csv?words=arbre')
      status = answer.status
      await answer.text()
    }
  })
})

const weekOf = (date: string): Week => ({
  date,
  datasets: [{ id: 'd1', title: 'Transport', organization: 'o1' }],
  organizations: [['o1', 'Un', 1]],
})

/** An explorer whose searches wait until they are released. */
async function blockedExplorer() {
  const context = await openTestContext(undefined, watchWithTop(1))
  await publishWeeks(context, [weekOf(DATE)])
  let calls = 0
  let release = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const searcher = {
    page: async () => {
      calls++
      await gate
      return {} as SearchPage
    },
  } as unknown as Searcher
  const explorer = createExplorer(context, searcher)
  const table = { selection: { q: '', organization: '', sort: '', isNew: false, isGone: false }, offset: 0, limit: 1 }
  const ask = async (word: string, signal = new AbortController().signal) =>
    explorer.page(await explorer.open(watchOf({ words: [word] }), DATE), table, signal)
  return { ask, release: () => release(), calls: () => calls }
}

describe('the queue', () => {
  test('runs two searches, lets eight wait, and sends the others away', async () => {
    const { ask, release, calls } = await blockedExplorer()
    const found = Array.from({ length: 30 }, (_, index) =>
      ask(`word${index}`).then(
        () => 200,
        (error: Problem) => error.status,
      ),
    )
    await sleep(100)
    expect(calls()).toBe(2)
    release()
    const statuses = await Promise.all(found)
    expect(statuses.filter((status) => status === 200)).toHaveLength(10)
    expect(statuses.filter((status) => status === 503)).toHaveLength(20)
  })

  test('gives the place of a client that leaves to the next one, and searches the same words once', async () => {
    const { ask, release, calls } = await blockedExplorer()
    const same = [ask('first'), ask('first'), ask('second')]
    await sleep(50)
    const gone = new AbortController()
    const leaving = Array.from({ length: 8 }, (_, index) =>
      ask(`leaving${index}`, gone.signal).catch(({ message }) => message),
    )
    await sleep(50)
    await expect(ask('third')).rejects.toThrow('too many searches are waiting')
    gone.abort()
    expect(await Promise.all(leaving)).toEqual(Array(8).fill('the client has left'))
    same.push(ask('third'))
    await sleep(50)
    release()
    await Promise.all(same)
    expect(calls()).toBe(3)
  })
})

describe('a snapshot that cannot be searched', () => {
  test('is damaged: the log has the remedy, and other weeks answer', async () => {
    const context = await openTestContext(undefined, watchWithTop(1))
    await publishWeeks(context, [weekOf('2026-11-11'), weekOf(DATE)])
    const url = await serveContext(context)
    await flipBit(`${context.folder}/datagouv/snapshots/${DATE}/datasets.csv.gz`)
    const answer = await fetch(`${url}/api/explore/${DATE}?words=transport`)
    expect([answer.status, ((await answer.json()) as Problem & { detail: string }).detail]).toEqual([
      503,
      `cannot answer /api/explore/${DATE}: the snapshot of ${DATE} is damaged. See the server's log for the remedy.`,
    ])
    expect(context.warnings.at(-1)).toMatch(
      new RegExp(
        `cannot search ${DATE}: snapshots/${DATE}/datasets.csv.gz is damaged \\(.*\\). Run "verify ${DATE}" for the remedy$`,
      ),
    )
    expect((await fetch(`${url}/api/explore/2026-11-11?words=transport`)).status).toBe(200)
  })

  test('is larger than the memory for searches, or searches are turned off', async () => {
    const context = await openTestContext(undefined, `explore_memory: 0\n${watchWithTop(1)}`)
    await publishWeeks(context, [weekOf(DATE)])
    const url = await serveContext(context)
    const answer = await fetch(`${url}/api/explore/latest?words=transport`)
    expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
      404,
      'cannot search: this server has searches turned off (setting explore_memory).',
    ])
  })
})

test('a channel carries results, errors and streams, and closes a stream that is not read to its end', async () => {
  const { port1, port2 } = new MessageChannel()
  let isClosed = false
  async function* count(to: number) {
    try {
      for (let byte = 0; byte < to; byte++) yield Uint8Array.of(byte)
    } finally {
      isClosed = true
    }
  }
  const fail = async (error: Error) => Promise.reject(error)
  const errors = {
    missing: () => fail(new NotFound('not there')),
    damaged: () => fail(new DamagedDocument('the week', 'damaged')),
    store: () => fail(new Failure('store', 'away')),
    bug: () => fail(new TypeError('bug')),
  }
  openChannel(port1, { calls: { add: async (a: number, b: number) => a + b, ...errors }, streams: { count } })
  const channel = openChannel(port2, {})
  expect(await channel.call('add', 1, 2)).toBe(3)
  await expect(channel.call('missing')).rejects.toBeInstanceOf(NotFound)
  await expect(channel.call('damaged')).rejects.toMatchObject({ subject: 'the week', message: 'damaged' })
  await expect(channel.call('store')).rejects.toMatchObject({ kind: 'store', message: 'away' })
  await expect(channel.call('bug')).rejects.toThrow('bug')
  const all: number[] = []
  for await (const [byte] of channel.stream('count', 3)) all.push(byte!)
  expect(all).toEqual([0, 1, 2])
  isClosed = false
  for await (const _ of channel.stream('count', 1_000)) break
  while (!isClosed) await sleep(5)
  const waiting = channel.call('add', 1, 2)
  channel.fail(new Failure('store', 'the thread has stopped'))
  await expect(waiting).rejects.toThrow('the thread has stopped')
  port1.close()
})
