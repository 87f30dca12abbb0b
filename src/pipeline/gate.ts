import type { World } from '../context.ts'
import type { ExportName, Snapshot } from '../editions/edition.ts'
import { quoted } from '../errors.ts'
import { count } from '../terminal/format.ts'
import { silent } from '../terminal/report.ts'
import type { Order } from './order.ts'
import { Ranking } from './rank.ts'
import { replayExport } from './snapshot.ts'

const DAY_MS = 86_400_000

/**
 * The completeness gate: what speaks against publishing this snapshot, a sentence each, with the figures. Exports lost
 * their last rows for months (six organisations were missing from 2021-10-07 to 2023-03-10) while every file was well
 * formed; only the comparison with the week before shows it.
 *
 * @param earlier the last snapshot that was accepted, if there is one
 */
export async function doubts(
  snapshot: Snapshot,
  ranking: Ranking,
  earlier: Snapshot | undefined,
  { watches }: Order,
  world: World,
): Promise<string[]> {
  const found: string[] = []
  for (const name of ['datasets', 'organizations'] as const) {
    found.push(...ageDoubt(name, snapshot, world), ...lossDoubt(name, snapshot, earlier, world))
  }
  if (!ranking.isFollowed) found.push('no organisation has a single follower')
  if (earlier !== undefined) {
    const before = new Ranking()
    await replayExport('organizations', earlier, before, { ...world, report: silent })
    const gone = before.top(Math.max(...watches.map(({ top }) => top))).filter(({ id }) => !ranking.has(id))
    const names = gone.map(({ rank, name, id }) => `${quoted(name)} (${id}, rank ${rank})`)
    if (gone.length > 0)
      found.push(
        `of the top organisations of ${earlier.date}, ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''} are gone`,
      )
  }
  return found
}

function lossDoubt(name: ExportName, snapshot: Snapshot, earlier: Snapshot | undefined, { config }: World): string[] {
  if (earlier === undefined) return []
  const [before, now] = [earlier[name].records, snapshot[name].records]
  if (before - now <= before * config.gate_max_loss) return []
  const loss = `${((100 * (before - now)) / before).toFixed(1)} % fewer`
  const allowed = `gate_max_loss is ${Number((100 * config.gate_max_loss).toFixed(2))} %`
  return [`${count(now)} ${name} where ${earlier.date} had ${count(before)}: ${loss} (${allowed})`]
}

function ageDoubt(name: ExportName, snapshot: Snapshot, { config }: World): string[] {
  const { last_modified: renewed, url } = snapshot[name]
  // When a file was written says nothing of what is in it.
  if (renewed === null || url.startsWith('file:')) return []
  const age = Date.parse(snapshot.date) - Date.parse(renewed)
  if (age <= config.gate_max_age) return []
  const days = (ms: number) => Math.floor(ms / DAY_MS)
  return [
    `the ${name} export was last renewed on ${renewed.slice(0, 10)}, ${days(age)} days before (gate_max_age is ${days(config.gate_max_age)})`,
  ]
}
