#!/usr/bin/env node
import { VALUES } from './commands/completion/valuesCommand.ts'

// The AWS SDK warns that it will drop this Node version some day, which is of no use to users of the program.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

const [, , name, kind = '', ...words] = process.argv

// A shell waits for the values at every press of TAB, so they are printed without loading the commands.
if (name === VALUES) await (await import('./commands/completion/values.ts')).printValues(kind, words)
else process.exitCode = await (await import('./program.ts')).main(process.argv)
