// The filter with DuckDB, on all cores. Every option of its CSV reader is set, so that it detects nothing.
import { DuckDBInstance } from '@duckdb/node-api'

const [source, out] = process.argv.slice(2)
const quoted = (text) => `'${text.replaceAll("'", "''")}'`
const present = (column) => `regexp_matches(${column}, 'mobilit[eé]|transport', 'i')`
const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run(`COPY (
  SELECT * FROM read_csv(${quoted(source)}, delim = ';', quote = '"', escape = '"', header = true, all_varchar = true,
    max_line_size = 20000000, buffer_size = 80000000)
  WHERE ${['title', 'tags', 'description'].map(present).join(' OR ')}
) TO ${quoted(out)} (DELIMITER ';', FORCE_QUOTE *)`)
connection.closeSync()
