/**
 * All staged objects of a bucket lie under this prefix, so that one lifecycle rule can expire those that nothing removed: a
 * rule of S3 selects objects by the beginning of their keys only.
 */
export const STAGING_PREFIX = '.partial/'

/** What the keys of an object's staged copies begin with. Version 0.1 staged them beside the object. */
export function stagingPrefixes(key: string): { readonly now: string; readonly before: string } {
  const before = key.replace(/[^/]*$/, '.$&.')
  return { now: STAGING_PREFIX + before, before }
}

/** The key of the object that a staged one would become; undefined for any other object. */
export function stagedKeyTarget(candidate: string): string | undefined {
  const [, folder, name] = /^(?:\.partial\/)?(.*\/)?\.([^/]+)\.[0-9a-f]{12}\.partial$/s.exec(candidate) ?? []
  return name === undefined ? undefined : `${folder ?? ''}${name}`
}
