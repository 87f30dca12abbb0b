// The filter with csv-parse, streaming. Matching records are written with every field quoted.
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parse } from 'csv-parse'

const [source, out] = process.argv.slice(2)
const fold = (text) => text.normalize('NFD').toLowerCase().replace(/\p{M}/gu, '')
const toCsvLine = (record) => `${record.map((field) => `"${field.replaceAll('"', '""')}"`).join(';')}\r\n`
await pipeline(
  createReadStream(source, { highWaterMark: 1 << 18 }),
  parse({ delimiter: ';', max_record_size: 50_000_000 }),
  async function* (records) {
    let columns
    for await (const record of records) {
      if (columns === undefined) {
        columns = ['title', 'tags', 'description'].map((name) => record.indexOf(name))
        yield toCsvLine(record)
      } else if (columns.some((column) => /mobilite|transport/.test(fold(record[column])))) yield toCsvLine(record)
    }
  },
  createWriteStream(out),
)
