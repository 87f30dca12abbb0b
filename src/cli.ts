#!/usr/bin/env node
import { VALUES } from './commands/completion/valuesCommand.ts'

const [, , name, kind = '', ...words] = process.argv

// A shell waits for the values at every press of TAB, so they are printed without loading the commands.
if (name === VALUES) await (await import('./commands/completion/values.ts')).printValues(kind, words)
else process.exitCode = await (await import('./program.ts')).main(process.argv)
