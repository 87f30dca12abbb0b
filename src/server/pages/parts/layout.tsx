import type { ComponentChildren } from 'preact'
import type { Watch } from '../../../config/watch.ts'
import type { Assets } from '../assets.ts'
import { type Locale, LocaleContext, useLocale } from '../locale.ts'
import { type EditionRef, editionPath, feedPath, hostOf, withQuery } from '../paths.ts'
import { LANGUAGES, type Language } from '../translations/translations.ts'

/** What surrounds the content of every page. */
export interface Frame {
  readonly locale: Locale
  readonly assets: Assets
  /** The portal's address, `https://www.data.gouv.fr`. */
  readonly portal: string
  /** The watches of the configuration, whose labels the pages show. */
  readonly watches: readonly Watch[]
  /** The address of this server, `https://tops.example`. */
  readonly site: string
  /** The page's path. */
  readonly path: string
  /** The page's parameters, without the language. */
  readonly query: Readonly<Record<string, string>>
  /** The edition that the navigation leads to; undefined if there is none yet. */
  readonly edition: EditionRef | undefined
}

/** Returns the label of a watch in the language of the page; undefined if it has none. */
export const labelOf = ({ watches, locale }: Frame, name: string) =>
  watches.find((watch) => watch.name === name)?.label?.[locale.language]

type Section = 'tops' | 'organizations' | 'changes' | 'explore' | 'runs' | 'editions' | 'docs'

interface PageProps {
  readonly frame: Frame
  readonly title: string
  /** One sentence for search engines and link previews. */
  readonly description?: string
  readonly section?: Section
  /** Whether the API has the same address after `/api`. */
  readonly hasJson?: boolean
  readonly children: ComponentChildren
}

/** A complete HTML document around some content. */
export function Page({ frame, title, description, section, hasJson = false, children }: PageProps) {
  const { locale, assets, portal } = frame
  const { texts, language } = locale
  const site = texts.siteName(hostOf(portal))
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} — ${site}`}</title>
        <link rel="stylesheet" href={assets.style} />
        <link rel="icon" type="image/svg+xml" href={assets.icon} />
        <PreviewTags frame={frame} title={title} site={site} description={description ?? texts.description} />
        <script type="module" src={assets.script} />
      </head>
      <body>
        <LocaleContext.Provider value={locale}>
          <a class="skip" href="#content">
            {texts.skip}
          </a>
          <header class="site">
            <div>
              <Brand isLink={section !== 'tops'} site={site} />
              <Sections frame={frame} section={section} />
            </div>
          </header>
          <main id="content" tabIndex={-1}>
            {children}
          </main>
          <Footer frame={frame} section={section} hasJson={hasJson} />
        </LocaleContext.Provider>
      </body>
    </html>
  )
}

/** The name of the site. It leads to the latest tops, unless the page is one of the tops itself. */
function Brand({ isLink, site }: { readonly isLink: boolean; readonly site: string }) {
  const { href } = useLocale()
  const logo = (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M1 3h18v4H1zM1 9h12v4H1zM1 15h7v4H1z" />
    </svg>
  )
  if (!isLink)
    return (
      <span class="brand">
        {logo}
        {site}
      </span>
    )
  return (
    <a class="brand" href={href('/')}>
      {logo}
      {site}
    </a>
  )
}

interface PreviewTagsProps {
  readonly frame: Frame
  readonly title: string
  readonly site: string
  readonly description: string
}

/** Tells search engines and link previews about the page, its other language and its feed. */
function PreviewTags({ frame, title, site, description }: PreviewTagsProps) {
  const { locale, path, query, edition } = frame
  const address = frame.site + withQuery(path, query)
  return (
    <>
      <meta name="description" content={description} />
      <meta property="og:type" content="website" />
      <meta property="og:site_name" content={site} />
      <meta property="og:title" content={title} />
      <meta property="og:description" content={description} />
      <meta property="og:url" content={address} />
      <meta property="og:locale" content={OG_LOCALES[locale.language]} />
      <link rel="canonical" href={address} />
      {LANGUAGES.map((other) => (
        <link key={other} rel="alternate" hreflang={other} href={frame.site + inLanguage(frame, other)} />
      ))}
      <link rel="alternate" hreflang="x-default" href={address} />
      <link
        rel="alternate"
        type="application/atom+xml"
        title={site}
        href={feedPath(edition, { lang: locale.language })}
      />
    </>
  )
}

const OG_LOCALES: Readonly<Record<Language, string>> = { fr: 'fr_FR', en: 'en_GB' }

function Sections({ frame, section }: { readonly frame: Frame; readonly section: Section | undefined }) {
  const { locale, edition } = frame
  const { texts } = locale
  const path = edition && editionPath(edition)
  const links: readonly (readonly [Section, string])[] =
    path === undefined
      ? [['tops', '/']]
      : [
          ['tops', path],
          ['changes', `${path}/changes`],
          ['organizations', `${path}/organizations`],
          ['explore', '/explore/latest'],
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

interface FooterProps {
  readonly frame: Frame
  readonly section: Section | undefined
  readonly hasJson: boolean
}

function Footer({ frame, section, hasJson }: FooterProps) {
  const { portal, edition, path, query } = frame
  const { texts, language, href } = useLocale()
  const { view: _, ...selection } = query
  const pages = [
    ['editions', '/editions'],
    ['runs', '/runs'],
  ] as const
  return (
    <footer>
      <div>
        <p>{texts.madeFrom(hostOf(portal))}</p>
        <ul>
          {pages.map(([name, path]) => (
            <li key={name}>
              <a href={href(path)} aria-current={name === section ? 'page' : undefined}>
                {texts[name]}
              </a>
            </li>
          ))}
          <li>
            <a href={feedPath(edition, { lang: language })}>{texts.feed}</a>
          </li>
          <li>
            <a href={href('/docs')} aria-current={section === 'docs' ? 'page' : undefined}>
              API
            </a>
          </li>
          {hasJson && (
            <li>
              <a data-keep="" href={withQuery(`/api${path}`, selection)}>
                {texts.thisPageAsJson}
              </a>
            </li>
          )}
          <li>
            <a class="out" href={portal}>
              {hostOf(portal)}
            </a>
          </li>
        </ul>
        <Languages frame={frame} />
      </div>
    </footer>
  )
}

const LANGUAGE_NAMES = { fr: 'Français', en: 'English' }

function Languages({ frame }: { readonly frame: Frame }) {
  const { texts, language: current } = useLocale()
  return (
    <nav class="languages" aria-label={texts.language}>
      {LANGUAGES.map((language) => (
        <a
          key={language}
          lang={language}
          hreflang={language}
          data-keep=""
          href={inLanguage(frame, language)}
          aria-current={language === current ? 'true' : undefined}
        >
          {LANGUAGE_NAMES[language]}
        </a>
      ))}
    </nav>
  )
}

const inLanguage = ({ path, query }: Frame, lang: Language) => withQuery(path, { ...query, lang })
