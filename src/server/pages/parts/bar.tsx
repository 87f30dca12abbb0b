/** A bar as long as its share of the largest; what it stands for is said beside it. */
export function Bar({ value, most }: { readonly value: number; readonly most: number }) {
  // An attribute rather than a style, which the Content-Security-Policy would not let pass.
  const width = `${most === 0 ? 0 : (100 * value) / most}%`
  return (
    <svg class="bar" width="100%" height="8" aria-hidden="true">
      <rect width={width} height="8" rx="1" />
    </svg>
  )
}
