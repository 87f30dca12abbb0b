import type { Context } from '../context.ts'
import type { Edition, Snapshot } from '../editions/edition.ts'
import { type Organization, Ranking } from '../pipeline/rank.ts'
import { readStoredExport } from '../pipeline/snapshot.ts'
import type { Placing } from './explanation.ts'

/** Returns the rank of an organization by its ID. */
export type FindPlacing = (id: string) => Placing | null

const rankings = new WeakMap<Edition, Promise<FindPlacing>>()

/** Like `rankOrganizations`, once per edition: reading the organizations takes longer than looking up a listed dataset. */
export function cachedPlacings(
  edition: Edition,
  snapshot: Snapshot | undefined,
  context: Context,
): Promise<FindPlacing> {
  const ranking = rankings.get(edition) ?? rankOrganizations(edition, snapshot, context)
  rankings.set(edition, ranking)
  ranking.catch(() => rankings.delete(edition))
  return ranking
}

/** Ranks all organizations of the snapshot. Without a snapshot, only those of the edition's TOP are known. */
async function rankOrganizations(
  { organizations, top }: Edition,
  snapshot: Snapshot | undefined,
  context: Context,
): Promise<FindPlacing> {
  let all: readonly Organization[] = organizations
  if (snapshot !== undefined) {
    const ranking = new Ranking()
    await readStoredExport('organizations', snapshot, ranking, context)
    all = ranking.top(ranking.size)
  }
  const last = all[Math.min(top, all.length) - 1]
  const byId = new Map(all.map((organization) => [organization.id, organization]))
  return (id) => {
    const organization = byId.get(id)
    if (organization === undefined || last === undefined) return null
    const { rank, name, followers } = organization
    return {
      rank,
      id,
      name,
      followers,
      of: snapshot === undefined ? null : all.length,
      last: { rank: last.rank, id: last.id, name: last.name, followers: last.followers },
      lead: followers - last.followers,
    }
  }
}
