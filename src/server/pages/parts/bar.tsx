/** Draws a value as a bar, relative to the largest one. The number itself is shown next to it. */
export function Bar({ value, most }: { readonly value: number; readonly most: number }) {
  // An attribute, because the Content-Security-Policy blocks inline styles.
  const width = `${most === 0 ? 0 : (100 * value) / most}%`
  return (
    <svg class="bar" width="100%" height="8" aria-hidden="true">
      <rect width={width} height="8" rx="1" />
    </svg>
  )
}
