/**
 * The mission in a few obvious lines, by definition and not by the program's way: everything is read into memory, looked at
 * byte by byte, and written down plainly. The program is held against it.
 */

export interface Parsed {
  readonly header: { readonly bytes: Buffer; readonly fields: readonly string[] }
  readonly records: readonly { readonly bytes: Buffer; readonly fields: readonly string[] }[]
}

/** Why an export is refused, and the offset of the byte where it is noticed (without a byte order mark). */
export class Refusal extends Error {}

/** Splits an export of the portal's dialect into records and fields, or refuses it. */
export function parse(input: Buffer): Parsed {
  const bytes = input.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? input.subarray(3) : input
  const records: { bytes: Buffer; fields: string[] }[] = []
  let at = 0
  let blank = false
  const text = (buffer: Buffer) => {
    if (buffer.includes(0)) throw new Refusal('NUL')
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(buffer)
    } catch {
      throw new Refusal('not UTF-8')
    }
  }
  const lineEnd = () => {
    if (bytes[at] === 10) return 1
    if (bytes[at] !== 13) return 0
    if (bytes[at + 1] === 10) return 2
    throw new Refusal('bare CR')
  }
  while (at < bytes.length) {
    const start = at
    if (lineEnd() > 0) {
      at += lineEnd()
      blank = true
      continue
    }
    if (blank) throw new Refusal('blank line')
    const fields: string[] = []
    for (;;) {
      const from = at
      if (bytes[at] === 34) {
        for (at++; ; at++) {
          if (at >= bytes.length) throw new Refusal('never closed')
          if (bytes[at] !== 34) continue
          if (bytes[at + 1] !== 34) break
          at++
        }
        at++
        fields.push(text(bytes.subarray(from + 1, at - 1)).replaceAll('""', '"'))
        if (at < bytes.length && bytes[at] !== 59 && lineEnd() === 0) throw new Refusal('text after a quote')
      } else {
        while (at < bytes.length && bytes[at] !== 59 && lineEnd() === 0) {
          if (bytes[at] === 34) throw new Refusal('stray quote')
          at++
        }
        fields.push(text(bytes.subarray(from, at)))
      }
      if (bytes[at] !== 59) break
      at++
    }
    if (at < bytes.length) at += lineEnd()
    if (records.length > 0 && fields.length !== records[0]!.fields.length) throw new Refusal('number of fields')
    records.push({ bytes: bytes.subarray(start, at), fields })
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

/** Whether one of the terms is present in one of the texts. */
const isPresent = (terms: readonly string[], texts: readonly string[]) =>
  texts.some((text) => terms.some((term) => fold(text).includes(fold(term).trim())))

const number = (text: string) => {
  if (!/^[0-9]*$/.test(text)) throw new Refusal('whole number')
  return Number(text)
}
const byCodePoints = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** The list and the tops of a watch, from both exports. */
export function mission(datasets: Parsed, organizations: Parsed, terms: readonly string[], size: number) {
  const rows = (parsed: Parsed) =>
    parsed.records.map(({ bytes, fields }) => ({
      bytes,
      of: (column: string) => fields[parsed.header.fields.indexOf(column)]!,
    }))
  const top = rows(organizations)
    .map(({ of }) => ({ id: of('id'), name: of('name'), followers: number(of('metric.followers')) }))
    .sort((a, b) => b.followers - a.followers || byCodePoints(a.id, b.id))
    .slice(0, size)
  const kept = rows(datasets).filter(({ of }) => isPresent(terms, [of('title'), of('tags'), of('description')]))
  const projected = top.flatMap((organization) =>
    kept
      .filter(({ of }) => of('organization_id') === organization.id)
      .map(({ of }) => ({
        dataset_id: of('id'),
        dataset_title: of('title'),
        dataset_followers: number(of('metric.followers')),
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
