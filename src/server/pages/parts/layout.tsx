import type { ComponentChildren } from 'preact'
import type { Assets } from '../assets.ts'
import { type Locale, LocaleContext, useLocale } from '../locale.ts'
import { type EditionRef, editionPath, feedPath, hostOf } from '../paths.ts'
import { LANGUAGES } from '../translations/translations.ts'

/** What surrounds the content of every page. */
export interface Frame {
  readonly locale: Locale
  readonly assets: Assets
  /** The portal's address, `https://www.data.gouv.fr`. */
  readonly portal: string
  /** The page's own address, for the links to its other language. */
  readonly url: URL
  /** The edition that the navigation leads to; undefined if there is none yet. */
  readonly edition: EditionRef | undefined
}

type Section = 'tops' | 'organizations' | 'changes' | 'runs'

interface PageProps {
  readonly frame: Frame
  readonly title?: string
  readonly section?: Section
  readonly children: ComponentChildren
}

/** A complete HTML document around some content. */
export function Page({ frame, title, section, children }: PageProps) {
  const { locale, assets, portal, url, edition } = frame
  const { texts, language } = locale
  const site = texts.siteName(hostOf(portal))
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title === undefined ? site : `${title} — ${site}`}</title>
        <link rel="stylesheet" href={assets.style} />
        <link rel="icon" type="image/svg+xml" href={assets.icon} />
        <link rel="alternate" type="application/atom+xml" title={site} href={feedPath(edition)} />
        {LANGUAGES.map((other) => (
          <link key={other} rel="alternate" hreflang={other} href={inLanguage(url, other)} />
        ))}
        <script type="module" src={assets.script} />
      </head>
      <body>
        <LocaleContext.Provider value={locale}>
          <a class="skip" href="#content">
            {texts.skip}
          </a>
          <header class="site">
            <div>
              <a class="brand" href={locale.href('/')}>
                <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
                  <path d="M1 3h18v4H1zM1 9h12v4H1zM1 15h7v4H1z" />
                </svg>
                {site}
              </a>
              <Sections frame={frame} section={section} />
              <Languages url={url} />
            </div>
          </header>
          <main id="content" tabIndex={-1}>
            {children}
          </main>
          <Footer portal={portal} edition={edition} />
        </LocaleContext.Provider>
      </body>
    </html>
  )
}

const LANGUAGE_NAMES = { fr: 'Français', en: 'English' }

function Languages({ url }: Pick<Frame, 'url'>) {
  const { texts, language: current } = useLocale()
  return (
    <nav class="languages" aria-label={texts.language}>
      {LANGUAGES.map((language) => (
        <a
          key={language}
          lang={language}
          hreflang={language}
          href={inLanguage(url, language)}
          aria-current={language === current ? 'true' : undefined}
        >
          <abbr title={LANGUAGE_NAMES[language]}>{language.toUpperCase()}</abbr>
        </a>
      ))}
    </nav>
  )
}

function inLanguage(url: URL, language: string): string {
  const search = new URLSearchParams(url.search)
  search.set('lang', language)
  return `${url.pathname}?${search}`
}

function Sections({ frame, section }: { readonly frame: Frame; readonly section: Section | undefined }) {
  const { locale, edition } = frame
  const { texts } = locale
  const path = edition && editionPath(edition)
  const links: readonly (readonly [Section, string])[] = [
    ['tops', path ?? '/'],
    ...(path === undefined
      ? []
      : ([
          ['changes', `${path}/changes`],
          ['organizations', `${path}/organizations`],
        ] as const)),
    ['runs', '/runs'],
  ]
  return (
    <nav class="sections" aria-label={texts.sections}>
      {links.map(([name, href]) => (
        <a key={name} href={locale.href(href)} aria-current={name === section ? 'page' : undefined}>
          {texts[name]}
        </a>
      ))}
    </nav>
  )
}

function Footer({ portal, edition }: Pick<Frame, 'portal' | 'edition'>) {
  const { texts } = useLocale()
  return (
    <footer>
      <div>
        <p>{texts.madeFrom(hostOf(portal))}</p>
        <ul>
          <li>
            <a href={portal}>{hostOf(portal)}</a>
          </li>
          <li>
            <a href={feedPath(edition)}>{texts.feed}</a>
          </li>
          <li>
            <a href="/docs">API</a>
          </li>
          {edition && (
            <li>
              <a href={`/api${editionPath(edition)}`}>JSON</a>
            </li>
          )}
        </ul>
      </div>
    </footer>
  )
}
