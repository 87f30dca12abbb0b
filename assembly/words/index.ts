import { allocate } from '../memory'
import { characterAt, lengthOf } from '../utf8'

export { allocate }

/**
 * Splits texts into folded words and numbers the distinct words in the order of their first appearance.
 *
 * For each record, writes one entry per distinct word: its number, and a bit for each column that has it:
 *
 *      title "Pistes cyclables"   tags "velo"   description "Les pistes …"
 *      entries:  pistes 101   cyclables 001   velo 010   les 100   …
 *
 * A character folds to a list of bytes (see `learn`). A byte of 0 in it ends a word. Most characters are ASCII, which a table of
 * 128 bytes folds. The bytes of a word are written after the last known word, where they stay if the word is new.
 */

/** The number of low bits of an entry that are columns. */
const COLUMN_BITS: u32 = 3
const ASCII: u32 = 0x80
/** Characters from here on are rare. Their lists are not kept in the table. */
const TABLED: u32 = 0x10000
/** The longest list of bytes that one character folds to. */
const MAX_LIST: usize = 255

const PRIME: u32 = 0x01000193
const FIRST_SLOTS: u32 = 1 << 19

/**
 * Per word: the address of its first byte, its length, the last record that has it (from 1), the address of that entry, and the
 * number of records that have it.
 */
const WORD_BYTES: usize = 20
/** Per slot: the hash of a word, and its number + 1, or 0 if the slot is free. */
const SLOT_BYTES: usize = 8

const ascii = memory.data(128)
const words = memory.data(16)
let lists: usize = 0
let seed: u32 = 0

let firstByte: usize = 0
let lastByte: usize = 0
let limit: usize = 0
let wordTable: usize = 0
let wordCount: u32 = 0
let maxWords: u32 = 0
let slots: usize = 0
let slotCount: u32 = 0

let textAt: usize = 0
let textRoom: usize = 0
let fieldsAt: usize = 0
let fieldsRoom: usize = 0
let entriesAt: usize = 0
let nextEntry: usize = 0
let endsAt: usize = 0
let record: u32 = 0

/** Returns the address of a list: its length, then its bytes. Keeps the list in the table if the character is below TABLED. */
export declare function learn(character: u32): usize

/**
 * @param most bytes that all distinct words can have together. The memory is used only as far as it is needed.
 * @param hashSeed makes the slots of words unpredictable, because publishers choose the words
 */
export function open(most: usize, mostWords: u32, hashSeed: u32): void {
  seed = hashSeed
  maxWords = mostWords
  lists = allocate(4 * TABLED)
  slotCount = FIRST_SLOTS
  slots = allocate(SLOT_BYTES * slotCount)
  wordTable = allocate(WORD_BYTES * mostWords)
  firstByte = allocate(most)
  lastByte = firstByte
  limit = firstByte + most - 2 * MAX_LIST
}

/** The address of the table that folds ASCII: a byte per character, or 0 for one that ends a word. */
export function asciiAt(): usize {
  return ascii
}

/** The address of the table of lists: an address per character, or 0 if it is not known yet. */
export function listsAt(): usize {
  return lists
}

/** Makes room for the texts of a batch, its fields and its entries. */
export function reserve(textBytes: usize, fieldBytes: usize): void {
  if (textBytes > textRoom) {
    textRoom = textBytes + (textBytes >> 1)
    textAt = allocate(textRoom)
    // A word takes at least a byte, and the separator another one, unless one character folds to several words.
    entriesAt = allocate(4 * textRoom + 4096)
  }
  if (fieldBytes > fieldsRoom) {
    fieldsRoom = 2 * fieldBytes
    fieldsAt = allocate(fieldsRoom)
    endsAt = allocate(fieldsRoom)
  }
}

/** Returns where four addresses are: of the texts, the fields, the entries, and the end of each record's entries. */
export function addresses(): usize {
  store<u32>(words, textAt as u32)
  store<u32>(words, fieldsAt as u32, 4)
  store<u32>(words, entriesAt as u32, 8)
  store<u32>(words, endsAt as u32, 12)
  return words
}

/** The address of the table of words, and their number. */
export function wordsAt(): usize {
  return wordTable
}
export function count(): u32 {
  return wordCount
}
/** The number of bytes of all words. */
export function size(): usize {
  return lastByte - firstByte
}

/**
 * Indexes records whose texts and fields have been written to the reserved memory.
 *
 * @param shift added to the ranges of the fields to make addresses
 * @param width the number of fields of a record, of which the first `columns` are indexed
 * @returns the number of entries
 */
export function index(shift: i32, width: u32, columns: u32, records: u32): u32 {
  nextEntry = entriesAt
  for (let row: u32 = 0; row < records; row++) {
    record++
    for (let column: u32 = 0; column < columns; column++) {
      const field = fieldsAt + 8 * (row * width + column)
      indexField(load<u32>(field) + shift, load<u32>(field, 4) + shift, 1 << column)
    }
    store<u32>(endsAt + 4 * row, ((nextEntry - entriesAt) / 4) as u32)
  }
  return ((nextEntry - entriesAt) / 4) as u32
}

function indexField(from: usize, end: usize, column: u32): void {
  let start = lastByte
  let next = start
  let hash = seed
  let at = from
  while (at < end) {
    const byte = load<u8>(at) as u32
    if (byte < ASCII) {
      at++
      const folded = load<u8>(ascii + byte) as u32
      if (folded !== 0) {
        store<u8>(next++, folded)
        hash = (hash ^ folded) * PRIME
      } else if (next > start) {
        addWord(next, hash, column)
        start = next = lastByte
        hash = seed
        if (next > limit) unreachable()
      }
      continue
    }
    const character = characterAt(at)
    at += lengthOf(character)
    let list: usize = character < TABLED ? (load<u32>(lists + 4 * character) as usize) : 0
    if (list === 0) list = learn(character)
    const listEnd = list + 1 + load<u8>(list)
    for (let item = list + 1; item < listEnd; item++) {
      const folded = load<u8>(item) as u32
      if (folded !== 0) {
        store<u8>(next++, folded)
        hash = (hash ^ folded) * PRIME
      } else if (next > start) {
        addWord(next, hash, column)
        start = next = lastByte
        hash = seed
      }
    }
    if (next > limit) unreachable()
  }
  if (next > start) addWord(next, hash, column)
}

/** Adds the word whose bytes end at `end` to the current record. */
function addWord(end: usize, rawHash: u32, column: u32): void {
  const hash = rawHash ^ (rawHash >>> 15)
  const length = end - lastByte
  let slot = hash & (slotCount - 1)
  for (;;) {
    const address = slots + SLOT_BYTES * slot
    const number = load<u32>(address, 4)
    if (number === 0) return addNew(address, hash, length, column)
    if (load<u32>(address) === hash) {
      const word = wordTable + WORD_BYTES * (number - 1)
      if (load<u32>(word, 4) === (length as u32) && isSame(load<u32>(word) as usize, lastByte, length)) {
        if (load<u32>(word, 8) === record) {
          const entry = load<u32>(word, 12)
          store<u32>(entry, load<u32>(entry) | column)
        } else append(word, number - 1, column)
        return
      }
    }
    slot = (slot + 1) & (slotCount - 1)
  }
}

function append(word: usize, number: u32, column: u32): void {
  store<u32>(word, record, 8)
  store<u32>(word, nextEntry as u32, 12)
  store<u32>(word, load<u32>(word, 16) + 1, 16)
  store<u32>(nextEntry, (number << COLUMN_BITS) | column)
  nextEntry += 4
}

function addNew(slot: usize, hash: u32, length: usize, column: u32): void {
  if (wordCount >= maxWords) unreachable()
  const number = wordCount++
  store<u32>(slot, hash)
  store<u32>(slot, number + 1, 4)
  const word = wordTable + WORD_BYTES * number
  store<u32>(word, lastByte as u32)
  store<u32>(word, length as u32, 4)
  lastByte += length
  append(word, number, column)
  // A table of 4 MB holds the words of data.gouv.fr. One of 8 MB would miss the caches more often.
  if (wordCount * 4 >= slotCount * 3) doubleSlots()
}

function isSame(a: usize, b: usize, length: usize): bool {
  let at: usize = 0
  for (; at + 8 <= length; at += 8) if (load<u64>(a + at) !== load<u64>(b + at)) return false
  for (; at < length; at++) if (load<u8>(a + at) !== load<u8>(b + at)) return false
  return true
}

function doubleSlots(): void {
  const old = slots
  const oldCount = slotCount
  slotCount *= 2
  slots = allocate(SLOT_BYTES * slotCount)
  for (let index: u32 = 0; index < oldCount; index++) {
    const number = load<u32>(old + SLOT_BYTES * index, 4)
    if (number === 0) continue
    const hash = load<u32>(old + SLOT_BYTES * index)
    let slot = hash & (slotCount - 1)
    while (load<u32>(slots + SLOT_BYTES * slot, 4) !== 0) slot = (slot + 1) & (slotCount - 1)
    store<u32>(slots + SLOT_BYTES * slot, hash)
    store<u32>(slots + SLOT_BYTES * slot, number, 4)
  }
}
