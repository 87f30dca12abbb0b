import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { VERSION } from '../../src/version.ts'

const FILES = ['compose.yaml', 'deploy/kubernetes/kustomization.yaml', 'docs/deploy.md']

test.each(FILES)('%s names the version of the package', (path) => {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
  const versions = [...text.matchAll(/(?:datagouv-tops(?:-airflow)?[:@-]|newTag: )(\d+\.\d+\.\d+)/g)].map(
    ([, version]) => version,
  )
  expect(versions.length).toBeGreaterThan(0)
  expect(new Set(versions)).toEqual(new Set([VERSION]))
})

test('the changelog begins with the version of the package', () => {
  const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8')
  expect(/^## (.*)$/m.exec(changelog)?.[1]).toBe(VERSION)
})
