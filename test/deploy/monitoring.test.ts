import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { renderMetrics } from '../../src/metrics/metrics.ts'
import { runChecker } from '../helpers/checker.ts'
import { openTestContext } from '../helpers/context.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const DEPLOY = new URL('../../deploy/', import.meta.url)
const text = (path: string) => readFile(new URL(path, DEPLOY), 'utf8')
const PROMETHEUS = fileURLToPath(new URL('prometheus/', DEPLOY))

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly expr: string }[]
}
const dashboard = JSON.parse(await text('grafana/dashboard.json'))
const panels: readonly Panel[] = dashboard.panels
const alerts = parse(await text('prometheus/alerts.yaml')).groups[0].rules as { alert: string; expr: string }[]
const queries = [
  ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }: { expr: string }) => expr),
]

test('the alerts are valid rules, and fire when they should and not before', (context) => {
  expect(runChecker('promtool', ['check', 'rules', 'alerts.yaml'], context.skip, PROMETHEUS)).toMatchObject({ code: 0 })
  expect(runChecker('promtool', ['test', 'rules', 'alerts.test.yaml'], context.skip, PROMETHEUS)).toMatchObject({
    code: 0,
    said: expect.stringContaining('SUCCESS'),
  })
})

test('alerts and dashboard use existing metrics', async () => {
  const exposed = await renderMetrics(await openTestContext())
  const existing = new Set([...exposed.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name))
  const used = [...queries, ...alerts.map(({ expr }) => expr)].flatMap((expr) => expr.match(/datagouv_tops_\w+/g) ?? [])
  expect(used.length).toBeGreaterThan(15)
  for (const name of used) expect(existing).toContain(name)
})

test('each alert says what happened and what to do', () => {
  expect(alerts.map(({ alert }) => alert)).toEqual(
    expect.arrayContaining(['NoEditionThisWednesday', 'GateRefused', 'FollowersDropped']),
  )
  for (const alert of alerts)
    expect(alert).toMatchObject({
      annotations: { summary: expect.stringMatching(/\w/), description: expect.stringMatching(/\w/) },
    })
})

describe('the dashboard', () => {
  test('has valid queries', async (context) => {
    const folder = await temporaryFolder()
    const rules = queries.map((expr, index) => ({ record: `panel:${index}`, expr: expr.replaceAll('$watch', '.*') }))
    await writeTestFile(folder, 'queries.yaml', JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
    expect(runChecker('promtool', ['check', 'rules', 'queries.yaml'], context.skip, folder)).toMatchObject({ code: 0 })
  })

  test('has panels that fill the grid without overlap, each with a title and a description', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const occupied = new Set<string>()
    for (const { gridPos, title, description } of panels) {
      expect([title, description].every((text) => text.length > 3)).toBe(true)
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(occupied).not.toContain(`${x} ${y}`)
          occupied.add(`${x} ${y}`)
        }
      }
    }
    const height = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h))
    expect(occupied.size).toBe(24 * height)
  })

  test('uses the selected data source everywhere', () => {
    expect(dashboard.templating.list.map(({ name }: { name: string }) => name)).toEqual(['datasource', 'watch'])
    for (const panel of panels) expect(panel).toMatchObject({ datasource: { uid: `\${datasource}` } })
  })
})
