import { expect, test, vi } from 'vitest'
import { encodeField } from '../../src/csv/field.ts'
import { Alphabet } from '../../src/matching/alphabet.ts'
import type { Query } from '../../src/matching/matcher.ts'
import { createWasmMatcher } from '../../src/wasm/matcher.ts'
import { createWasmScanner } from '../../src/wasm/scanner.ts'
import type { WasmBatch } from '../../src/wasm/wasmInstance.ts'

vi.mock('../../src/wasm/code.ts', async (original) => {
  // Imported here because vi.mock is moved above the imports of the file.
  const { countingInstructions } = await import('./counting.ts')
  const { CODE } = await original<typeof import('../../src/wasm/code.ts')>()
  return { CODE: Buffer.from(countingInstructions(Buffer.from(CODE, 'base64'))).toString('base64') }
})

/**
 * The WebAssembly instructions that the scanner and the matcher execute per byte of an export that resembles the real one.
 * They are counted, not timed, so the figures are the same on every machine. A change that makes something cheaper or,
 * for a good reason, more expensive updates them.
 */
const COST = {
  scan: 3.355,
  'match one watch': 4.68,
  'match 8 watches': 14.912,
  'match 64 watches': 38.896,
  'match an apostrophe': 6.567,
}
const TOLERANCE = 0.02

const COLUMNS = ['title', 'tags', 'description']
const HEADER = 'id;title;organization;url;description;tags;license;created;resources;followers\r\n'
const WANTED = [1, 5, 4]
const CHUNK = 1 << 16

test('a byte costs as many instructions as before', () => {
  const content = likeTheRealOne(1500)
  const costs = {
    scan: scanned(content).instructions / content.length,
    'match one watch': matched(content, WATCHES.slice(0, 1)) / content.length,
    'match 8 watches': matched(content, WATCHES.slice(0, 8)) / content.length,
    'match 64 watches': matched(content, WATCHES) / content.length,
    'match an apostrophe': matched(content, [APOSTROPHE]) / content.length,
  }
  for (const [what, cost] of Object.entries(costs)) {
    const before = COST[what as keyof typeof COST]
    expect.soft(Math.abs(cost / before - 1), `${what}: ${cost.toFixed(3)}, it was ${before}`).toBeLessThan(TOLERANCE)
  }
})

test('the cost of a byte does not grow with the export, nor with smaller chunks by more than half', () => {
  const once = likeTheRealOne(300)
  const ten = Buffer.concat([once, ...Array<Buffer>(9).fill(once.subarray(HEADER.length))])
  const perByte = (content: Buffer, chunk: number) => scanned(content, chunk).instructions / content.length
  expect(perByte(ten, CHUNK)).toBeLessThan(1.02 * perByte(once, CHUNK))
  expect(perByte(ten, 1 << 12)).toBeLessThan(1.5 * perByte(ten, CHUNK))
})

test('the runtime is asked once for each character', () => {
  const content = likeTheRealOne(1500)
  const learn = vi.spyOn(Alphabet.prototype, 'symbolsOf')
  matched(content, WATCHES.slice(0, 8))
  const asked = learn.mock.calls.length
  expect(asked).toBeLessThan(1_500)
  matched(Buffer.concat([content, content.subarray(HEADER.length)]), WATCHES.slice(0, 8))
  expect(learn.mock.calls.length).toBe(2 * asked)
})

interface Scanned {
  readonly instructions: number
  readonly batches: readonly WasmBatch[]
}

function scanned(content: Buffer, chunk = CHUNK, each: (batch: WasmBatch) => void = () => {}): Scanned {
  const scanner = createWasmScanner({ name: 'the export', maxRecordBytes: 1 << 20, select: () => WANTED })
  const batches: WasmBatch[] = []
  let instructions = 0
  for (let at = 0; at < content.length; at += chunk) {
    const batch = scanner.write(content.subarray(at, at + chunk)) as WasmBatch
    instructions = countOf(batch)
    each(batch)
    batches.push(batch)
  }
  return { instructions, batches }
}

function matched(content: Buffer, queries: readonly Query[]): number {
  const matcher = createWasmMatcher(queries, COLUMNS)
  let instructions = 0
  let found = 0
  scanned(content, CHUNK, (batch) => {
    const before = countOf(batch)
    matcher.match(batch, () => found++)
    instructions += countOf(batch) - before
  })
  expect(found).toBeGreaterThan(0)
  return instructions
}

function countOf({ instance }: WasmBatch): number {
  return Number((instance.exports as unknown as { instructions: { value: bigint } }).instructions.value)
}

const WORDS =
  'les données de la mobilité et du transport dans commune région département eau énergie qualité air bruit forêt vélo ' +
  'route gare réseau bus ligne arrêt horaires zone risque inondation carte limite périmètre bâtiment logement école santé ' +
  'emploi budget marché culture musée sport tourisme plage montagne agriculture pêche déchets climat météo neige crue ' +
  'l’accès d’une été à où ce jeu contient issues service public géographique numérique 2025 500 « n° » – (SIG) œuvre'
/** The most frequent words. */
const ORDINARY =
  'de la des le du et les en un une au aux par pour sur avec sans sous entre selon plus moins cette ces leur leurs est sont ' +
  'a été fait depuis jusqu’à chaque tous toutes elle il on ne pas que qui dont où mise à jour fichier fichiers données ' +
  'format liste nombre type nom code date année valeur total département commune insee identifiant libellé coordonnées ' +
  'correspond permet contient présente décrit fournit issu mis disposition public ouvert source licence territoire national'
const VOCABULARY = [...ORDINARY.split(' '), ...ORDINARY.split(' '), ...ORDINARY.split(' '), ...WORDS.split(' ')]

/** Terms of watches. Some are in every third record here, others in none. */
const LOOKED_FOR =
  'vélo cyclable eau rivière énergie électricité qualité air budget marché forêt agriculture école éducation santé hôpital ' +
  'culture musée sport tourisme déchet climat météo risque inondation urbanisme cadastre logement habitat population emploi ' +
  'entreprise commerce route gare métro tramway parking stationnement accident sécurité police justice élection citoyen ' +
  'association bibliothèque patrimoine monument archive photo carte géologie biodiversité espèce oiseau littoral pêche ' +
  'navigation aéroport ferroviaire'

const WATCHES: readonly Query[] = [
  { terms: ['mobilité', 'transport'], columns: COLUMNS, match: 'substring' },
  ...LOOKED_FOR.split(' ').map(
    (word, index): Query => ({
      terms: [word],
      columns: COLUMNS,
      match: index % 2 ? 'word' : 'substring',
    }),
  ),
]

/** Terms with a separator among their first letters, so every ’ is a candidate. */
const APOSTROPHE: Query = { terms: ["l'accès", "d'une part"], columns: COLUMNS, match: 'substring' }

/** Generates records as the portal writes them, the same in every run. */
function likeTheRealOne(records: number): Buffer {
  let seed = 1
  const random = (below: number) => {
    seed = (seed * 48_271) % 0x7fffffff
    return seed % below
  }
  const words = (count: number, between: string) =>
    Array.from({ length: count }, () => VOCABULARY[random(VOCABULARY.length)]).join(between)
  const record = () => {
    const title = words(4 + random(8), ' ')
    const description = Array.from({ length: 1 + random(12) }, () => words(3 + random(20), ' ')).join('.\r\n')
    const texts = [title, words(3, ' '), `https://www.data.gouv.fr/datasets/${random(1e6)}`, description, words(5, ',')]
    const quoted = [random(1e9).toString(16), ...texts, 'lov2', '2025-01-15T00:00:00'].map(encodeField)
    return `${quoted.join(';')};${random(20)};${random(300)}\r\n`
  }
  return Buffer.from(HEADER + Array.from({ length: records }, record).join(''))
}
