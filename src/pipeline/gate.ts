import type { Config } from '../config/settings.ts'
import type { Watch } from '../config/watch.ts'
import { isDate } from '../editions/date.ts'
import {
  EXPORT_NAMES,
  type ExportFacts,
  type ExportName,
  type FollowedOrganization,
  type Snapshot,
} from '../editions/edition.ts'
import { quoted } from '../errors.ts'
import { formatCount, joinFirst, pluralize } from '../text/format.ts'
import { fileNameIn } from './stage.ts'

const DAY_MS = 86_400_000
/**
 * The increase in a column's share of blank fields that makes the gate refuse the export. A failing uData getter blanks far
 * more than a normal week does.
 */
const MAX_BLANK_INCREASE = 0.2
/** The share of the earlier followers that must remain. */
const MIN_FOLLOWERS_SHARE = 0.8
/**
 * The fewest followers at which the gate reports a missing organization. In 113 real weeks of 2021 to 2023, an organization with at
 * least this many was missing in four weeks, always by mistake. One with at least one follower was missing in 25 weeks.
 */
export const NOTABLE_FOLLOWERS = 10

interface Violation {
  readonly export: ExportName
  readonly reason: string
}

export interface GateVerdict {
  readonly violations: readonly Violation[]
  readonly warnings: readonly string[]
}

/** The input of the gate: an unpublished snapshot, and the counts from reading its exports. */
export interface GateInput {
  readonly snapshot: Snapshot
  readonly hasOrganization: (id: string) => boolean
  /** Per export: the number of records that repeat an earlier id, and the first such id. */
  readonly repeated: Readonly<Record<ExportName, { readonly count: number; readonly first: string }>>
  /** Number of datasets whose organization is not in the organizations export. */
  readonly orphans: number
  /** Exports whose source gave neither length nor checksum. */
  readonly unverified: readonly ExportName[]
  /** Each export that the portal streamed live → the portal's own record count; undefined if it gives none. */
  readonly liveTotals?: ReadonlyMap<ExportName, number | undefined>
}

/**
 * The completeness gate: compares a snapshot with the last sound one of the same portal and catalogue. A well-formed export
 * with a correct checksum can still be incomplete. Exports lost their last rows for months (six organizations were missing
 * from 2021-10-07 to 2023-03-10), and columns turn blank. Only a comparison with the previous week shows this.
 *
 * Skips a rule if the last snapshot, written by version 0.1, lacks the facts for it. Only warns of a broken rule that the last
 * snapshot also broke: a small portal may have no followers, and its first run was accepted.
 */
export function judge(input: GateInput, baseline: Snapshot | undefined, config: Config): GateVerdict {
  const { snapshot } = input
  const violations: Violation[] = []
  const warnings: string[] = []
  for (const name of EXPORT_NAMES) {
    const brokenBefore = baseline === undefined ? new Map() : absoluteRules(name, baseline, config)
    for (const [rule, reason] of absoluteRules(name, snapshot, config)) {
      if (brokenBefore.has(rule)) warnings.push(`${reason}, as in the snapshot of ${baseline!.date}`)
      else violations.push({ export: name, reason })
    }
    if (baseline === undefined) continue
    const reasons = [lossOf(name, snapshot, baseline, config), followersLostOf(name, snapshot, baseline)]
    for (const reason of [...reasons, ...newBlanksOf(name, snapshot, baseline)])
      if (reason !== undefined) violations.push({ export: name, reason })
  }
  for (const [name, total] of input.liveTotals ?? []) {
    if (total === undefined) {
      warnings.push(
        `the portal does not say how many ${name} it has, so records missing from the live stream of ${name} would go unnoticed`,
      )
      continue
    }
    // If a worker of the portal dies, a live stream can end cleanly after a record. Only the portal's own count shows the loss.
    const { records } = snapshot[name]
    const reason = lossReason(`${name} in the live stream`, records, 'the portal counts', total, config)
    if (reason !== undefined) violations.push({ export: name, reason })
  }
  const missing = missingOrganizations(baseline, config.watches, input)
  if (missing.top !== undefined) violations.push({ export: 'organizations', reason: missing.top })
  if (missing.others !== undefined) warnings.push(missing.others)
  return { violations, warnings: [...warnings, ...otherWarnings(input)] }
}

/** Checks the rules that need no other snapshot. Returns each broken rule → the reason. */
function absoluteRules(name: ExportName, snapshot: Snapshot, config: Config): Map<string, string> {
  const { records, blank_fields = {}, followers } = snapshot[name]
  const broken = new Map<string, string>()
  for (const [column, blank] of Object.entries(blank_fields))
    if (blank === records) broken.set(column, `the column ${column} of ${name} is blank in every record`)
  if (name === 'organizations' && followers === 0) broken.set('followers', 'no organization has a follower')
  const outdated = outdatedReason(name, snapshot, config)
  if (outdated !== undefined) broken.set('age', outdated)
  return broken
}

function outdatedReason(name: ExportName, { date, [name]: facts }: Snapshot, { gate_max_age }: Config) {
  const { last_modified, origin, url } = facts
  // A file's modification time does not show the age of its content: a copy of an old export is new.
  const isFile = origin === 'file' || url.startsWith('file:')
  const modified = isFile ? dateInName(fileNameIn(url)) : (last_modified ?? undefined)
  if (modified === undefined) return undefined
  const age = Date.parse(date) - Date.parse(modified)
  if (age <= gate_max_age) return undefined
  const days = (ms: number) => formatCount(Math.floor(ms / DAY_MS))
  const what = isFile ? `is from ${modified} by its file name` : `was last modified on ${modified.slice(0, 10)}`
  const limit = `gate_max_age is ${days(gate_max_age)} days`
  return `the ${name} export ${what}, ${days(age)} days before the edition's date (${limit})`
}

/** Returns the first date in a file name: `2023-08-15` in `export-dataset-20230815-060000.csv.gz`; undefined if there is none. */
function dateInName(name: string): string | undefined {
  const dates = [...name.matchAll(/(?<!\d)(20\d{2})-?(\d{2})-?(\d{2})(?!\d)/g)].map(([, ...parts]) => parts.join('-'))
  return dates.find(isDate)
}

function lossOf(name: ExportName, snapshot: Snapshot, baseline: Snapshot, config: Config) {
  // Repeated records must not hide lost ones.
  const distinct = ({ records, repeated_ids = 0 }: ExportFacts) => records - repeated_ids
  return lossReason(name, distinct(snapshot[name]), `${baseline.date} had`, distinct(baseline[name]), config)
}

function lossReason(what: string, now: number, where: string, before: number, { gate_max_loss }: Config) {
  if (before - now <= before * gate_max_loss) return undefined
  const limit = `gate_max_loss is ${Number((100 * gate_max_loss).toFixed(2))}%`
  return `${formatCount(now)} ${what} where ${where} ${formatCount(before)}: ${percent((before - now) / before)} fewer (${limit})`
}

function followersLostOf(name: ExportName, snapshot: Snapshot, baseline: Snapshot) {
  const [before, now] = [baseline[name].followers, snapshot[name].followers]
  if (before === undefined || now === undefined || now >= before * MIN_FOLLOWERS_SHARE) return undefined
  const loss = percent((before - now) / before)
  return `the followers of all ${name} add up to ${formatCount(now)} where ${baseline.date} had ${formatCount(before)}: ${loss} fewer`
}

function newBlanksOf(name: ExportName, snapshot: Snapshot, baseline: Snapshot): string[] {
  const [before, now] = [baseline[name], snapshot[name]]
  return Object.entries(now.blank_fields ?? {}).flatMap(([column, blank]) => {
    const earlier = before.blank_fields?.[column]
    if (earlier === undefined || blank === now.records) return []
    const [share, shareBefore] = [blank / now.records, earlier / before.records]
    if (share - shareBefore < MAX_BLANK_INCREASE - 1e-9) return []
    const where = `${percent(share)} of the ${name}, where ${baseline.date} had ${percent(shareBefore)}`
    return [`the column ${column} is blank in ${where}`]
  })
}

/** Describes the organizations that the last snapshot had and this one lacks: those in the largest TOP, and other notable ones. */
function missingOrganizations(
  baseline: Snapshot | undefined,
  watches: readonly Watch[],
  { hasOrganization }: GateInput,
) {
  const before = baseline?.organizations.most_followed ?? []
  const top = Math.max(...watches.map((watch) => watch.top))
  const missing = before.map((one, index) => ({ ...one, rank: index + 1 })).filter(({ id }) => !hasOrganization(id))
  const inTop = missing.filter(({ rank }) => rank <= top)
  const others = missing.filter(({ rank, followers }) => rank > top && followers >= NOTABLE_FOLLOWERS)
  const name = ({ name, id }: FollowedOrganization) => `${quoted(name)} (${id}`
  return {
    top:
      inTop.length === 0
        ? undefined
        : `${pluralize(inTop.length, 'organization')} in the TOP of ${baseline!.date} ${isOrAre(inTop.length)} gone: ${joinFirst(inTop.map((one) => `${name(one)}, rank ${one.rank})`))}`,
    others:
      others.length === 0
        ? undefined
        : `${pluralize(others.length, 'organization')} with at least ${NOTABLE_FOLLOWERS} followers on ${baseline!.date} ${isOrAre(others.length)} gone: ${joinFirst(others.map((one) => `${name(one)}, ${pluralize(one.followers, 'follower')})`))}`,
  }
}

/** Returns warnings that are never a reason to refuse. */
function otherWarnings({ repeated, orphans, unverified }: GateInput): string[] {
  const warnings: string[] = []
  for (const name of EXPORT_NAMES) {
    const { count: records, first } = repeated[name]
    if (records === 0) continue
    const what = `${pluralize(records, 'record')} of the ${name} export ${records === 1 ? 'repeats' : 'repeat'} the id of an earlier one`
    warnings.push(`${what} (first: ${quoted(first)}); the first record of each id counts`)
  }
  if (orphans > 0)
    warnings.push(
      `${pluralize(orphans, 'dataset')} ${orphans === 1 ? 'belongs' : 'belong'} to an organization that is not in the organizations export`,
    )
  for (const name of unverified)
    warnings.push(
      `the source of the ${name} export gave neither a length nor a checksum, so data lost in transit would go unnoticed`,
    )
  return warnings
}

const isOrAre = (number: number) => (number === 1 ? 'is' : 'are')
const percent = (share: number) => `${(100 * share).toFixed(1)}%`
