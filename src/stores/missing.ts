/** An archive or a document store. */
export interface Store {
  readonly address: string
  exists(): Promise<boolean>
}

/**
 * Names the stores that do not exist yet, and the command that creates them: reading creates nothing, so a misspelled address looks like
 * an empty store.
 *
 * @returns undefined if all of them exist
 */
export async function missingStores(...stores: readonly Store[]): Promise<string | undefined> {
  const missing: string[] = []
  for (const store of stores) if (!(await store.exists())) missing.push(store.address)
  if (missing.length === 0) return undefined
  const [verb, them] = missing.length === 1 ? ['does', 'it'] : ['do', 'them']
  return `${missing.join(' and ')} ${verb} not exist yet: "run" creates ${them}`
}
