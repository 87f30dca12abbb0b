import { useReader } from '../reader.ts'

/** How many ranks up or down; nothing when it stayed. */
export function Moved({ by }: { readonly by: number }) {
  const { words, count } = useReader()
  if (by === 0) return null
  const places = count(Math.abs(by))
  return (
    <small class="moved">
      <span aria-hidden="true">{by > 0 ? `▲ ${places}` : `▼ ${places}`}</span>
      <span class="unseen">{by > 0 ? words.rose(places) : words.fell(places)}</span>
    </small>
  )
}

/** `+3`, `−1`; nothing when nothing changed. */
export function Gained({ by }: { readonly by: number }) {
  const { count } = useReader()
  if (by === 0) return null
  return <small class="moved">{by > 0 ? `+${count(by)}` : `−${count(-by)}`}</small>
}
