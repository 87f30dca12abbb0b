/** Masks passwords and tokens in the addresses in a text. Users and hosts stay. */
export function maskSecrets(text: string): string {
  return (
    text
      // Up to the last @, because a password may contain @, / and : without the required escape.
      .replace(/(:\/\/[^/@:?#]*):.*@/gs, '$1:***@')
      .replace(/([?&;,][^=&;,]*(?:password|token|secret|key|properties)[^=&;,]*=)[^&]*/gi, '$1***')
  )
}
