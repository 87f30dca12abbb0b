import { whyPath } from '../addresses.ts'
import { useReader } from '../reader.ts'
import { visible } from './name.tsx'

/** Leads to why a dataset is, or is not, in an edition. */
export function Why({ path, id, title }: { readonly path: string; readonly id: string; readonly title: string }) {
  const { words, href } = useReader()
  return (
    <a class="why" href={href(whyPath(path, id))}>
      {words.why}
      <span class="unseen"> {visible(title, 100)}</span>
    </a>
  )
}
