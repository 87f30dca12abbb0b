/**
 * A reference implementation of the whole run, in a few obvious lines. It reads everything into memory and follows the definitions
 * directly. Tests compare the program with it.
 */

export interface Parsed {
  readonly header: { readonly bytes: Buffer; readonly fields: readonly string[] }
  readonly records: readonly { readonly bytes: Buffer; readonly fields: readonly string[] }[]
}

/** Thrown if an export is refused. The message is the reason. */
export class Refusal extends Error {}

/**
 * Splits an export in the portal's dialect into records and fields.
 *
 * @throws Refusal
 */
export function parse(input: Buffer): Parsed {
  const bytes = input.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? input.subarray(3) : input
  const records: { bytes: Buffer; fields: string[] }[] = []
  let offset = 0
  let seenBlankLine = false
  const decode = (buffer: Buffer) => {
    if (buffer.includes(0)) throw new Refusal('NUL')
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(buffer)
    } catch {
      throw new Refusal('not UTF-8')
    }
  }
  const lineEndLength = () => {
    if (bytes[offset] === 10) return 1
    if (bytes[offset] !== 13) return 0
    if (bytes[offset + 1] === 10) return 2
    throw new Refusal('bare CR')
  }
  while (offset < bytes.length) {
    const start = offset
    if (lineEndLength() > 0) {
      offset += lineEndLength()
      seenBlankLine = true
      continue
    }
    if (seenBlankLine) throw new Refusal('blank line')
    const fields: string[] = []
    for (;;) {
      const fieldStart = offset
      if (bytes[offset] === 34) {
        for (offset++; ; offset++) {
          if (offset >= bytes.length) throw new Refusal('never closed')
          if (bytes[offset] !== 34) continue
          if (bytes[offset + 1] !== 34) break
          offset++
        }
        offset++
        fields.push(decode(bytes.subarray(fieldStart + 1, offset - 1)).replaceAll('""', '"'))
        if (offset < bytes.length && bytes[offset] !== 59 && lineEndLength() === 0)
          throw new Refusal('text after a quote')
      } else {
        while (offset < bytes.length && bytes[offset] !== 59 && lineEndLength() === 0) {
          if (bytes[offset] === 34) throw new Refusal('stray quote')
          offset++
        }
        fields.push(decode(bytes.subarray(fieldStart, offset)))
      }
      if (bytes[offset] !== 59) break
      offset++
    }
    if (offset < bytes.length) offset += lineEndLength()
    if (records.length > 0 && fields.length !== records[0]!.fields.length) throw new Refusal('number of fields')
    records.push({ bytes: bytes.subarray(start, offset), fields })
  }
  const [header, ...rest] = records
  if (header === undefined) throw new Refusal('empty')
  return { header, records: rest }
}

const LIGATURES = { œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ς: 'σ' }
const fold = (text: string) =>
  Object.entries(LIGATURES)
    .reduce(
      (folded, [letter, letters]) => folded.replaceAll(letter, letters),
      text
        .normalize('NFKD')
        .toLowerCase()
        .replace(/\p{M}|\p{Cf}/gu, ''),
    )
    .split(/[\p{White_Space}\-‐‑‒–—―−_'‘’ʼ´`]+/u)
    .join(' ')

/** Whether one of the texts contains one of the terms. */
const isPresent = (terms: readonly string[], texts: readonly string[]) =>
  texts.some((text) => terms.some((term) => fold(text).includes(fold(term).trim())))

const parseCount = (text: string) => {
  if (!/^[0-9]*$/.test(text)) throw new Refusal('whole number')
  return Number(text)
}
const byCodePoints = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Computes the archived CSV and the tops of a watch from both exports. */
export function referenceRun(datasets: Parsed, organizations: Parsed, terms: readonly string[], size: number) {
  const rows = (parsed: Parsed) =>
    parsed.records.map(({ bytes, fields }) => ({
      bytes,
      field: (column: string) => fields[parsed.header.fields.indexOf(column)]!,
    }))
  const ids = new Set<string>()
  /** If an id occurs twice, its first record counts. */
  const unique = <T extends { field: (column: string) => string }>(all: readonly T[]) => {
    ids.clear()
    return all.filter(({ field }) => !ids.has(field('id')) && ids.add(field('id')))
  }
  const top = unique(rows(organizations))
    .map(({ field }) => ({
      id: field('id'),
      name: field('name'),
      followers: parseCount(field('metric.followers')),
    }))
    .sort((a, b) => b.followers - a.followers || byCodePoints(a.id, b.id))
    .slice(0, size)
  const kept = unique(
    rows(datasets).filter(({ field }) => isPresent(terms, [field('title'), field('tags'), field('description')])),
  )
  const projected = top.flatMap((organization) =>
    kept
      .filter(({ field }) => field('organization_id') === organization.id)
      .map(({ field }) => ({
        dataset_id: field('id'),
        dataset_title: field('title'),
        dataset_followers: parseCount(field('metric.followers')),
        organization: organization.name,
        organization_id: organization.id,
        organization_followers: organization.followers,
      }))
      .sort((a, b) => b.dataset_followers - a.dataset_followers || byCodePoints(a.dataset_id, b.dataset_id)),
  )
  return {
    csv: Buffer.concat([datasets.header.bytes, ...kept.map(({ bytes }) => bytes)]),
    organizations: top.map((organization, index) => ({
      rank: index + 1,
      ...organization,
      datasets: projected.filter(({ organization_id }) => organization_id === organization.id).length,
    })),
    datasets: projected,
  }
}
