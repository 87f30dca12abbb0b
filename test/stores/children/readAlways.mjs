// Reads all documents of the SQLite file argv[2], again and again, until it is killed.
import { writeSync } from 'node:fs'
import { openSqlite } from '../../../dist/stores/sqlite/sqlite.js'

const documents = await openSqlite(process.argv[2])
for (let i = 0; ; i++) {
  const found = await documents.list('tops')
  if (i === 0) writeSync(1, `${found.length}\n`)
}
