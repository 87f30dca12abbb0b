import type { ComponentChildren } from 'preact'
import { type EditionName, editionPath, feedPath, hostOf } from '../addresses.ts'
import type { Assets } from '../assets.ts'
import { type Reader, Reading, useReader } from '../reader.ts'
import { LANGUAGES } from '../words/words.ts'

/** What every page stands in. */
export interface Frame {
  readonly reader: Reader
  readonly assets: Assets
  /** The portal's address, `https://www.data.gouv.fr`. */
  readonly portal: string
  /** The page's own address, to say it in the other language. */
  readonly url: URL
  /** The edition that the sections lead to; undefined when there is none. */
  readonly edition: EditionName | undefined
}

type Section = 'tops' | 'organizations' | 'changes' | 'runs'

interface PageProps {
  readonly frame: Frame
  readonly title?: string
  readonly section?: Section
  readonly children: ComponentChildren
}

/** A whole document: head, sections, content, and where the data can be had otherwise. */
export function Page({ frame, title, section, children }: PageProps) {
  const { reader, assets, portal, url, edition } = frame
  const { words, language } = reader
  const site = words.of(hostOf(portal))
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
        <Reading.Provider value={reader}>
          <a class="skip" href="#content">
            {words.skip}
          </a>
          <header class="site">
            <div>
              <a class="brand" href={reader.href('/')}>
                <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
                  <path d="M1 3h18v4H1zM1 9h12v4H1zM1 15h7v4H1z" />
                </svg>
                {site}
              </a>
              <Sections frame={frame} section={section} />
              <nav class="languages" aria-label={words.language}>
                {LANGUAGES.map((other) => (
                  <a
                    key={other}
                    lang={other}
                    hreflang={other}
                    href={inLanguage(url, other)}
                    aria-current={other === language ? 'true' : undefined}
                  >
                    <abbr title={NAMES[other]}>{other.toUpperCase()}</abbr>
                  </a>
                ))}
              </nav>
            </div>
          </header>
          <main id="content" tabIndex={-1}>
            {children}
          </main>
          <Footer portal={portal} edition={edition} />
        </Reading.Provider>
      </body>
    </html>
  )
}

const NAMES = { fr: 'Français', en: 'English' }

function inLanguage(url: URL, language: string): string {
  const search = new URLSearchParams(url.search)
  search.set('lang', language)
  return `${url.pathname}?${search}`
}

function Sections({ frame, section }: { readonly frame: Frame; readonly section: Section | undefined }) {
  const { reader, edition } = frame
  const { words } = reader
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
    <nav class="sections" aria-label={words.sections}>
      {links.map(([name, href]) => (
        <a key={name} href={reader.href(href)} aria-current={name === section ? 'page' : undefined}>
          {words[name]}
        </a>
      ))}
    </nav>
  )
}

function Footer({ portal, edition }: Pick<Frame, 'portal' | 'edition'>) {
  const { words } = useReader()
  return (
    <footer>
      <div>
        <p>{words.madeFrom(hostOf(portal))}</p>
        <ul>
          <li>
            <a href={portal}>{hostOf(portal)}</a>
          </li>
          <li>
            <a href={feedPath(edition)}>{words.feed}</a>
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
