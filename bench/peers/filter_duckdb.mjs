// The filter with DuckDB, on all cores. Sets every CSV reader option, so that DuckDB does not sniff the file.
import { DuckDBInstance } from '@duckdb/node-api'

const [source, out] = process.argv.slice(2)
const quote = (text) => `'${text.replaceAll("'", "''")}'`
const matchesTerms = (column) => `regexp_matches(${column}, 'mobilit[eé]|transport', 'i')`
const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run(`COPY (
  SELECT * FROM read_csv(${quote(source)}, delim = ';', quote = '"', escape = '"', header = true, all_varchar = true,
    max_line_size = 20000000, buffer_size = 80000000)
  WHERE ${['title', 'tags', 'description'].map(matchesTerms).join(' OR ')}
) TO ${quote(out)} (DELIMITER ';', FORCE_QUOTE *)`)
connection.closeSync()
