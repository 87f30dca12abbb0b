import { useLocale } from '../locale.ts'
import { explanationPath } from '../paths.ts'
import { sanitize } from './portalText.tsx'

/** Links to the explanation of why a dataset is in an edition or not. */
export function ExplainLink({ path, id, title }: Readonly<Record<'path' | 'id' | 'title', string>>) {
  const { texts, href } = useLocale()
  return (
    <a class="why" href={href(explanationPath(path, id))}>
      {texts.why}
      <span class="visually-hidden"> {sanitize(title, 100)}</span>
    </a>
  )
}
