// Tries to write argv[4] bytes, argv[5] times at once, to the store at argv[3] (argv[2]: `folder`, `sqlite`, or `lease` for
// leases in SQLite), and says how that went: "done", or the kind and the message of the failure.
const [, , kind, place, bytes = '1', times = '1'] = process.argv
const text = 'x'.repeat(Number(bytes))

async function toFolder() {
  const { openFolder } = await import('../../../dist/stores/folder/folder.js')
  const archive = await openFolder(place)
  const objects = []
  try {
    for (let i = 0; i < Number(times); i++) objects.push(await archive.create(`x/${i}`, { contentType: 'text/csv' }))
    for (const object of objects) await object.write(Buffer.from(text))
    for (const object of objects) {
      await object.complete('')
      await object.commit()
    }
  } finally {
    for (const object of objects) await object.abort()
  }
}

async function toSqlite() {
  const { openSqlite } = await import('../../../dist/stores/sqlite/sqlite.js')
  const documents = await openSqlite(place)
  try {
    for (let i = 0; i < Number(times); i++) {
      if (kind === 'sqlite') await documents.replace('tops', { _id: `x/${i}`, text })
      else await documents.acquire(`x/${i}`, { run: 'r', host: text, pid: 1 }, 60_000)
    }
  } finally {
    await documents.close()
  }
}

try {
  await (kind === 'folder' ? toFolder() : toSqlite())
  console.log('done')
} catch (error) {
  console.log(`${error.kind}: ${error.message}`)
}
