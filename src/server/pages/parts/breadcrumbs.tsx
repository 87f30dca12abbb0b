import type { Frame } from './layout.tsx'

interface BreadcrumbsProps {
  readonly frame: Frame
  /** Text and address of each page above this one, outermost first. */
  readonly links: readonly (readonly [string, string])[]
}

/** Links to the pages above this one. */
export function Breadcrumbs({ frame, links }: BreadcrumbsProps) {
  const { texts } = frame.locale
  return (
    <nav class="crumbs" aria-label={texts.breadcrumbs}>
      {links.map(([text, href]) => (
        <a key={href} href={href}>
          {text}
        </a>
      ))}
    </nav>
  )
}
