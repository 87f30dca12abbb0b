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

interface ListOptions {
  readonly locale: Locale
  readonly portal: string
  /** How many datasets are listed. */
  readonly most: number
}

/** Renders datasets that entered or left as an HTML list with their reasons. The heading leads to all of them. */
export function listHtml<Reason extends string>(
  title: string,
  href: string,
  datasets: readonly (TopDataset & { readonly reason: Reason | null })[],
  reasons: Readonly<Record<Reason, string>>,
  { locale, portal, most }: ListOptions,
): string {
  if (datasets.length === 0) return ''
  const items = datasets.slice(0, most).map((dataset) => {
    const { dataset_id, dataset_title, organization, reason } = dataset
    const remark = [organization, ...(reason === null ? [] : [reasons[reason]])].map(plain).join(', ')
    return `<li>${linkHtml(dataset_title || locale.texts.untitled, datasetPage(portal, dataset_id))} (${remark})</li>`
  })
  const more = datasets.length - items.length
  const rest = more > 0 ? `<p>${linkHtml(locale.texts.andMore(locale.count(more)), href)}</p>` : ''
  return `<h3>${linkHtml(title, href)}</h3><ul>${items.join('')}</ul>${rest}`
}

const plain = (text: string) => escapeMarkup(stripControls(text))
const linkHtml = (text: string, href: string) => `<a href="${escapeMarkup(href)}">${plain(text)}</a>`
