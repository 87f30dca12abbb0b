import { Failure, quoted } from '../../errors.ts'
import type { CommandSpec } from '../commands.ts'
import { type CommandInput, print } from '../io.ts'
import { bash } from './bash.ts'
import { fish } from './fish.ts'
import { completedCommands } from './model.ts'
import { zsh } from './zsh.ts'

const SHELLS = { bash, zsh, fish }

/** Creates the command that prints a completion script for a shell. */
export function createCompletion(specs: readonly CommandSpec[]) {
  return {
    default: async ({ arguments: [shell = ''] }: CommandInput): Promise<void> => {
      if (shell in SHELLS) return print(SHELLS[shell as keyof typeof SHELLS](completedCommands(specs)))
      const why = shell === '' ? 'no shell is given' : `the shell ${quoted(shell)} is not supported`
      throw new Failure('usage', `cannot print a completion script: ${why}. Add bash, zsh or fish.`)
    },
  }
}
