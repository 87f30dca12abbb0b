import { expect, test } from 'vitest'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { run } from '../stores/children.ts'

test('a given export that cannot be opened for lack of file descriptors exits with 5, which a retry can help', async () => {
  const path = await writeTestFile(await temporaryFolder(), 'datasets.csv', '"id"\r\n"d1"\r\n')
  expect(await run('openExport', [path], { files: 200 })).toBe(
    `store (5): cannot open the export "${path}": too many files are open; raise the limit (ulimit -n) and run again`,
  )
  expect(await run('openExport', [`${path}.none`], { files: 200 })).toMatch(
    /^usage \(2\): .*there is no such file. Check the path\.$/,
  )
})
