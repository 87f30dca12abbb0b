/** Returns the last value of a flag, without parsing the other options: `--flag VALUE` or `--flag=VALUE`. */
export function flagValue(words: readonly string[], flag: string): string | undefined {
  const at = words.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`))
  if (at < 0) return undefined
  return words[at] === flag ? words[at + 1] : words[at]!.slice(flag.length + 1)
}
