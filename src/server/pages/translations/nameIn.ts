/**
 * Returns the translation of a name, or the name itself. Names may come from an address or from the export, so `constructor` is
 * only a name too.
 */
export const nameIn = (translations: Readonly<Record<string, string>>, name: string): string =>
  Object.hasOwn(translations, name) ? translations[name]! : name
