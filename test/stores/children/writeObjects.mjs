// Writes to the archive at argv[2] until it is killed. `half`: an object that it never ends; `whole`: one object
// after another under the same key, each of one byte repeated. Says "begun" when there is something to kill.
import { createHash } from 'node:crypto'
import { openArchive } from '../../../dist/openContext.js'

const [, , address, mode] = process.argv
const archive = await openArchive(address)
const PARTS = 80

for (let turn = 0; ; turn++) {
  const object = await archive.create('x/a.csv', { contentType: 'text/csv' })
  const part = Buffer.alloc(100_003, 'a'.charCodeAt(0) + (turn % 26))
  const hash = createHash('sha256')
  for (let i = 0; i < PARTS; i++) {
    hash.update(part)
    await object.write(part)
  }
  if (mode === 'half') {
    console.log('begun')
    await new Promise((resolve) => setTimeout(resolve, 600_000))
  }
  await object.complete(hash.digest('hex'))
  await object.commit()
  if (turn === 0) console.log('begun')
}
