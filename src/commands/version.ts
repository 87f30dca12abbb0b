import { VERSION } from '../version.ts'
import { type CommandInput, print, printJson } from './io.ts'

export default async function version({ options }: CommandInput): Promise<void> {
  if (options.json) await printJson({ version: VERSION })
  else await print(`${VERSION}\n`)
}
