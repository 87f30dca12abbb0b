/** A text with the addresses in it as they may be shown: users and hosts stay, passwords and tokens do not. */
export function withoutSecrets(text: string): string {
  return (
    text
      // Up to the last @, since whoever writes a password may not know that its @, / and : need an escape.
      .replace(/(:\/\/[^/@:?#]*):.*@/gs, '$1:***@')
      .replace(/([?&;,][^=&;,]*(?:password|token|secret|key|properties)[^=&;,]*=)[^&]*/gi, '$1***')
  )
}
