/** The hidden command that prints the values of a kind, for the completion scripts. */
export const VALUES = '__values'
