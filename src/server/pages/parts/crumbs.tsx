import type { Frame } from './layout.tsx'

interface CrumbsProps {
  readonly frame: Frame
  /** Text and address, from the outermost to the page above this one. */
  readonly links: readonly (readonly [string, string])[]
}

/** The way back up. */
export function Crumbs({ frame, links }: CrumbsProps) {
  const { words } = frame.reader
  return (
    <nav class="crumbs" aria-label={words.wayBack}>
      {links.map(([text, href]) => (
        <a key={href} href={href}>
          {text}
        </a>
      ))}
    </nav>
  )
}
