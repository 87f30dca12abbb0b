import { describe, expect, test } from 'vitest'
import { changesBetween, type Standing } from '../../src/editions/changes.ts'
import type { Edition } from '../../src/editions/edition.ts'
import { createEdition } from '../helpers/editions.ts'

/** The TOP has two organizations. */
const BEFORE = createEdition('2026-11-11', [
  { id: 'o1', followers: 20, datasets: { stays: 5, removed: 4, silent: 3, sold: 2, given: 1 } },
  { id: 'o2', followers: 10, datasets: { fallen: 7 } },
])
const AFTER = createEdition('2026-11-18', [
  { id: 'o3', followers: 30, datasets: { risen: 9, given: 1 } },
  { id: 'o1', followers: 21, datasets: { stays: 3, fresh: 2, spoken: 1, bought: 0 } },
])

const standings = (of: Record<string, Partial<Standing>>) =>
  new Map(
    Object.entries(of).map(([id, standing]) => [id, { exists: true, matches: true, organization_id: '', ...standing }]),
  )

describe('between two editions', () => {
  test('datasets entered and left, in the order of their edition, each with the first condition that decided', () => {
    const before = standings({
      risen: { organization_id: 'o3' },
      fresh: { exists: false, matches: false },
      spoken: { matches: false },
      bought: { organization_id: 'o9' },
    })
    const after = standings({
      removed: { exists: false, matches: false },
      silent: { matches: false },
      sold: { organization_id: '' },
      fallen: { organization_id: 'o2' },
    })
    const { entered, left } = changesBetween(BEFORE, AFTER, before, after)
    expect(entered.map(({ dataset_id, reason, moved_from }) => [dataset_id, reason, moved_from])).toEqual([
      ['risen', 'rose', undefined],
      ['fresh', 'new', undefined],
      ['spoken', 'matches', undefined],
      ['bought', 'moved', 'o9'],
    ])
    expect(left.map(({ dataset_id, reason, moved_to }) => [dataset_id, reason, moved_to])).toEqual([
      ['removed', 'removed', undefined],
      ['silent', 'no-match', undefined],
      ['sold', 'moved', ''],
      ['fallen', 'fell', undefined],
    ])
    expect(entered[1]).toEqual({
      dataset_id: 'fresh',
      dataset_title: 'Dataset fresh',
      dataset_followers: 2,
      organization: 'Organisation o1',
      organization_id: 'o1',
      organization_followers: 21,
      reason: 'new',
    })
  })

  test('an edited watch is the reason only for the datasets that the edit moved', () => {
    const before = standings({
      risen: { organization_id: 'o3' },
      fresh: { exists: false, matches: false },
      spoken: { matches: false },
      bought: { organization_id: 'o9' },
    })
    const after = standings({ silent: { matches: false }, fallen: { organization_id: 'o2' } })
    const reasons = (to: Edition) => {
      const { entered, left } = changesBetween(BEFORE, to, before, after)
      return [entered, left].map((list) => list.flatMap(({ reason }) => reason ?? []))
    }
    expect(reasons({ ...AFTER, terms: ['mobilité'] })).toEqual([
      ['rose', 'new', 'watch', 'moved'],
      ['watch', 'fell'],
    ])
    expect(reasons({ ...AFTER, top: 100 })).toEqual([
      ['watch', 'new', 'matches', 'moved'],
      ['no-match', 'watch'],
    ])
    expect(reasons({ ...AFTER, terms: AFTER.terms.toReversed() })).toEqual(reasons(AFTER))
  })

  test('no reason is invented where the standings are not known', () => {
    const { entered, left } = changesBetween(BEFORE, AFTER)
    expect(new Set([...entered, ...left].map(({ reason }) => reason))).toEqual(new Set([null]))
  })

  test('followers gained and lost, and datasets that moved between two of the TOP', () => {
    const { followers, moved } = changesBetween(BEFORE, AFTER)
    expect(followers.map((one) => [one.dataset_id, one.dataset_followers_before, one.dataset_followers])).toEqual([
      ['stays', 5, 3],
    ])
    expect(
      moved.map(({ dataset_id, organization_id, moved_from }) => [dataset_id, organization_id, moved_from]),
    ).toEqual([['given', 'o3', 'o1']])
  })

  test('renamed datasets and organizations', () => {
    const [first, ...others] = AFTER.organizations
    const organizations = [{ ...first!, name: 'New name' }, ...others]
    const datasets = AFTER.datasets.map((one) => ({ ...one, dataset_title: `${one.dataset_title} 2` }))
    const { renamed, organizations: changed } = changesBetween(AFTER, { ...AFTER, organizations, datasets })
    expect(renamed.map((one) => [one.dataset_title_before, one.dataset_title])[0]).toEqual([
      'Dataset risen',
      'Dataset risen 2',
    ])
    expect(renamed).toHaveLength(AFTER.datasets.length)
    expect(changed.map(({ name_before, name }) => [name_before, name])).toEqual([['Organisation o3', 'New name']])
  })

  test('organisations by rank, then those that fell out', () => {
    const figures = {
      name_before: null,
      followers: null,
      followers_before: null,
      datasets: null,
      datasets_before: null,
      rank: null,
    }
    expect(changesBetween(BEFORE, AFTER).organizations).toEqual([
      { ...figures, id: 'o3', name: 'Organisation o3', rank: 1, rank_before: null, followers: 30, datasets: 2 },
      {
        id: 'o1',
        name: 'Organisation o1',
        name_before: 'Organisation o1',
        rank: 2,
        rank_before: 1,
        followers: 21,
        followers_before: 20,
        datasets: 4,
        datasets_before: 5,
      },
      {
        ...figures,
        id: 'o2',
        name: 'Organisation o2',
        name_before: 'Organisation o2',
        rank_before: 2,
        followers_before: 10,
        datasets_before: 1,
      },
    ])
  })

  test('nothing, when nothing changed', () => {
    const again: Edition = { ...BEFORE, date: '2026-11-18' }
    expect(changesBetween(BEFORE, again)).toEqual({
      watch: 'mobilite-transport',
      from: '2026-11-11',
      to: '2026-11-18',
      entered: [],
      left: [],
      moved: [],
      renamed: [],
      followers: [],
      organizations: [],
    })
  })
})
