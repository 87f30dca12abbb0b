import { maskParameters } from '../text/maskParameters.ts'

/** Masks passwords and tokens in addresses within text. Keeps users and hosts. */
export function maskSecrets(text: string): string {
  // Up to the last @, because a password may contain @, / and : without the required escape.
  return maskParameters(text.replace(/(:\/\/[^/@:?#]*):.*@/gs, '$1:***@'))
}
