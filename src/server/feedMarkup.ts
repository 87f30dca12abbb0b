import type { Changes } from '../editions/changes.ts'
import type { TopDataset } from '../editions/edition.ts'
import { datasetPage } from '../editions/links.ts'
import { stripControls } from '../text/stripControls.ts'
import type { Locale } from './pages/locale.ts'

/** Escapes text for HTML and XML, in elements and attributes. Characters that XML forbids are removed. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** How many datasets an entry lists. A link leads to the others. */
const MAX_LISTED = 20

/** What the entry of a feed says about datasets that entered and left. */
interface NewAndGone extends Pick<Changes, 'entered' | 'left'> {
  readonly date: string
  /** Where all datasets that entered, or left, are shown. */
  readonly hrefs: { readonly entered: string; readonly left: string }
}

/** Writes the title and the content of an entry. */
export function changesEntry({ date, entered, left, hrefs }: NewAndGone, locale: Locale, portal: string) {
  const { texts, day, count } = locale
  const newCount = texts.entered(entered.length, count(entered.length))
  const goneCount = texts.left(left.length, count(left.length))
  return {
    title: texts.titled(day(date), `${newCount}, ${goneCount}`),
    html: [
      listHtml(newCount, hrefs.entered, entered, texts.entryReasons, locale, portal),
      listHtml(goneCount, hrefs.left, left, texts.exitReasons, locale, portal),
    ].join(''),
  }
}

/** Renders datasets as an HTML list with their reasons. The heading leads to all of them. */
function listHtml<Reason extends string>(
  title: string,
  href: string,
  datasets: readonly (TopDataset & { readonly reason: Reason | null })[],
  reasons: Readonly<Record<Reason, string>>,
  { texts, count }: Locale,
  portal: string,
): string {
  if (datasets.length === 0) return ''
  const items = datasets.slice(0, MAX_LISTED).map((dataset) => {
    const { dataset_id, dataset_title, organization, reason } = dataset
    const remark = [organization, ...(reason === null ? [] : [reasons[reason]])].map(plain).join(', ')
    return `<li>${linkHtml(dataset_title || texts.untitled, datasetPage(portal, dataset_id))} (${remark})</li>`
  })
  const more = datasets.length - items.length
  const rest = more > 0 ? `<p>${linkHtml(texts.andMore(count(more)), href)}</p>` : ''
  return `<h3>${linkHtml(title, href)}</h3><ul>${items.join('')}</ul>${rest}`
}

const plain = (text: string) => escapeMarkup(stripControls(text))
const linkHtml = (text: string, href: string) => `<a href="${escapeMarkup(href)}">${plain(text)}</a>`
