import { expect, test } from 'vitest'
import { openTestContext } from '../helpers/context.ts'
import { serveContext } from '../helpers/serveContext.ts'
import { publishWeeks, type Week, watchWithTop } from '../helpers/weeks.ts'

const week = (date: string, ...ids: string[]): Week => ({
  date,
  datasets: ids.map((id) => ({ id, title: 'Transport', organization: 'o1' })),
  organizations: [['o1', 'Un', 1]],
})

async function calendar(query = '?lang=en', now = '2026-11-18T18:00:00Z') {
  const context = await openTestContext(now, `public_url: https://tops.example\n${watchWithTop(1)}`)
  // The Wednesday of 4 November has no edition; Thursday 12 November is not scheduled.
  await publishWeeks(context, [
    week('2026-10-28', 'a'),
    week('2026-11-12', 'a', 'b'),
    week('2026-11-18', 'b', 'c', 'd'),
  ])
  const url = `${await serveContext(context)}/calendar.ics${query}`
  const answer = await fetch(url)
  return { url, answer, text: await answer.text() }
}

/** Reads iCalendar as a client does: unfolds lines and reads each event. */
function eventsIn(text: string): Record<string, string>[] {
  const lines = text.replace(/\r\n[ \t]/g, '').split('\r\n')
  const events: Record<string, string>[] = []
  for (const line of lines) {
    const [, name, value] = /^([^:]+):(.*)$/s.exec(line) ?? []
    if (line === 'BEGIN:VEVENT') events.push({})
    else if (name !== undefined && events.length > 0) events.at(-1)![name] = value!
  }
  return events
}

test('has the editions, the dates without one, and those to come, at their time in both seasons', async () => {
  const { answer, text } = await calendar()
  expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8')
  const events = eventsIn(text)
  const starts = events.map((event) => [event.DTSTART ?? event['DTSTART;VALUE=DATE'], event.SUMMARY])
  expect(starts.slice(0, 7)).toEqual([
    ['20261028T160000Z', 'mobilite-transport: 1 dataset in the tops'],
    ['20261104T160000Z', 'mobilite-transport: no edition'],
    ['20261111T160000Z', 'mobilite-transport: no edition'],
    ['20261112', 'mobilite-transport: 2 datasets in the tops'],
    ['20261118T160000Z', 'mobilite-transport: 3 datasets in the tops'],
    ['20261125T160000Z', 'mobilite-transport: edition due'],
    ['20261202T160000Z', 'mobilite-transport: edition due'],
  ])
  expect(events).toHaveLength(5 + 13)
  expect(events[0]!.DESCRIPTION).toBe('First edition.')
  expect(events[4]!.DESCRIPTION).toBe('Since the edition before: 2 entered\\, 1 left.')
  expect(events[4]!.URL).toMatch(/\/editions\/mobilite-transport\/2026-11-18\?lang=en$/)
  expect(new Set(events.map(({ UID }) => UID)).size).toBe(events.length)
})

test('an event keeps its identity when its edition is published, and the calendar is the same until something changes', async () => {
  const before = await calendar('', '2026-11-18T15:00:00Z')
  const { answer, text, url } = await calendar('')
  const uids = [before.text, text].map((text) => eventsIn(text).map(({ UID }) => UID))
  expect(uids[0]).toEqual(uids[1])
  const etag = answer.headers.get('etag')!
  expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304)
  expect(text).toContain('mobilite-transport\u00a0: édition prévue')
})

test('has lines of at most 75 bytes, and says what is wrong with a parameter', async () => {
  const { text } = await calendar('?lang=fr')
  expect(Math.max(...text.split('\r\n').map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75)
  expect((await calendar('?watch=velo')).answer.status).toBe(404)
  expect((await calendar('?lang=de')).text).toContain('must be fr or en')
  expect((await calendar('?q=x')).text).toContain('cannot accept parameter')
})
