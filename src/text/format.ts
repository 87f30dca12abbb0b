/** `121,074`. Intl.NumberFormat would add 12 ms and 8 MiB to every start. */
export const formatCount = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 record`, `622 datasets` */
export const pluralize = (number: number, noun: string): string =>
  `${formatCount(number)} ${noun}${number === 1 ? '' : 's'}`

/** `a, b, c, d, e and 3 more`. A single one more is listed, too. */
export function joinFirst(items: readonly string[], most = 5): string {
  const rest = items.length - most
  if (rest === 1) return items.join(', ')
  return items.slice(0, most).join(', ') + (rest > 0 ? ` and ${formatCount(rest)} more` : '')
}

/** `+3`, `−2`, `0` */
export const formatSigned = (number: number): string =>
  number > 0 ? `+${formatCount(number)}` : number < 0 ? `−${formatCount(-number)}` : '0'

/** `224 MB` (decimal units, as on portals) */
export function formatBytes(number: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let unit = 0
  let value = number
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return unit === 0 ? `${value} bytes` : `${formatCount(Number(value.toPrecision(3)))} ${units[unit]}`
}

/** `0.8 s`, `3 min 20 s`, `2 h 5 min`, `12 days` */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${formatCount(Math.round(hours / 24))} days`
}
