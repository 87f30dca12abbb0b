// Replaces a document of the store at argv[2] until it is killed, and says each time which one is in.
import { writeSync } from 'node:fs'
import { openDocuments } from '../../../dist/openContext.js'

const documents = await openDocuments(process.argv[2])
for (let i = 1; ; i++) {
  await documents.replace('tops', { _id: 'a', i, text: String(i).repeat(100_000), end: i })
  await documents.replace('runs', { _id: String(i).padStart(6, '0') })
  writeSync(1, `${i}\n`)
}
