/** Masks passwords and tokens in addresses within text. Keeps users and hosts. */
export function maskSecrets(text: string): string {
  return (
    text
      // Up to the last @, because a password may contain @, / and : without the required escape.
      .replace(/(:\/\/[^/@:?#]*):.*@/gs, '$1:***@')
      .replace(/([?&;,][^=&;,]*(?:password|token|secret|key|properties)[^=&;,]*=)[^&]*/gi, '$1***')
  )
}
