import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')

/** Returns the items of the lists in a section. */
function itemsOf(title: string): readonly string[] {
  const [, section = ''] = new RegExp(`\n## ${title}\n([\\s\\S]*?)(?=\\n## |$)`).exec(page) ?? []
  return section
    .split(/^- /m)
    .slice(1)
    .map((item) =>
      item
        .replace(/\n\n[\s\S]*$/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
}

const promises = itemsOf('What is promised')

test('each promise of SECURITY.md is one sentence that names its tests', () => {
  expect(promises.length).toBeGreaterThan(15)
  for (const promise of promises) {
    const [, sentence, tests] = /^(.*) \(((?:`test\/[\w./-]+\.test\.ts`(?:, )?)+)\)\.$/.exec(promise) ?? []
    expect([promise, tests]).toEqual([promise, expect.any(String)])
    expect(sentence).not.toMatch(/[.!?] [A-Z]/)
    for (const [, file] of tests!.matchAll(/`([^`]+)`/g)) {
      expect([file, existsSync(join(ROOT, file!))]).toEqual([file, true])
      expect(readFileSync(join(ROOT, file!), 'utf8')).toMatch(/^\s*test(\.\w+)*\(/m)
    }
  }
})

test('what is not promised is a list of its own, without tests', () => {
  const others = itemsOf('What is not promised')
  expect(others.length).toBeGreaterThan(4)
  for (const one of others) expect(one).not.toContain('test/')
})
