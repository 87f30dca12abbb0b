// Opens the SQLite file argv[2], asks for the lease that everybody asks for, writes, and says whether it was granted.
import { openSqlite } from '../../../dist/stores/sqlite/sqlite.js'

const documents = await openSqlite(process.argv[2])
const holder = { run: String(process.pid), host: 'here', pid: process.pid }
const { granted } = await documents.acquire('a', holder, 60_000)
for (let i = 0; i < 20; i++) await documents.replace('runs', { _id: `${process.pid}-${i}` })
await documents.close()
console.log(granted)
