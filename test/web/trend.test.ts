import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { expect, test } from 'vitest'
import { Trend, type TrendProps } from '../../src/server/pages/parts/trend.tsx'

const weekly = (...values: readonly (number | undefined)[]) =>
  values.map((value, index) => ({
    date: new Date(Date.UTC(2026, 0, 7 + 7 * index)).toISOString().slice(0, 10),
    value,
  }))

function drawingOf(points: TrendProps['points'], smallestOnTop = false) {
  const html = renderToString(h(Trend, { title: 'Abonnés', points, smallestOnTop }))
  const texts = (part: string) => [...part.matchAll(/<span>([^<]+)<\/span>/g)].map(([, text]) => text)
  const [, scale = '', span = ''] = /class="scale"[^>]*>(.*?)<\/div>.*class="span"[^>]*>(.*?)<\/div>/.exec(html) ?? []
  return {
    line: /<path d="([^"]*)"/.exec(html)![1],
    dots: [...html.matchAll(/class="dot" d="([^"]+)"/g)].map(([, d]) => d),
    ticks: texts(scale),
    dates: texts(span),
  }
}

test('counts start at zero and end at a round number', () => {
  expect(drawingOf(weekly(590, 616)).ticks).toEqual(['800', '400', '0'])
  expect(drawingOf(weekly(3, 7)).ticks).toEqual(['8', '4', '0'])
  expect(drawingOf(weekly(0, 0))).toMatchObject({ ticks: ['2', '1', '0'], line: 'M0.0 80.0L300.0 80.0' })
})

test('ranks have the best one on top, and whole numbers', () => {
  expect(drawingOf(weekly(4, 9), true)).toMatchObject({ ticks: ['4', '7', '10'] })
  expect(drawingOf(weekly(4, 5), true)).toMatchObject({ ticks: ['4', '5'], line: 'M0.0 0.0L300.0 80.0' })
})

test('a single edition is a dot in the middle', () => {
  expect(drawingOf(weekly(1))).toMatchObject({ dots: ['M150.0 40.0h0'], dates: ['7 janv. 2026'] })
  expect(drawingOf(weekly(12), true)).toMatchObject({ dots: ['M150.0 40.0h0'], ticks: ['12'] })
})

test('the line has a gap where a value or an edition is missing', () => {
  expect(drawingOf(weekly(1, undefined, 2, 2)).line).toBe('M0.0 40.0M200.0 0.0L300.0 0.0')
  const [first, second, , fourth] = weekly(1, 1, 1, 2)
  expect(drawingOf([first!, second!, fourth!])).toMatchObject({ line: 'M0.0 40.0L100.0 40.0M300.0 0.0' })
})
