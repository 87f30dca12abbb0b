/**
 * Makes a WebAssembly module count the instructions that it executes, in an exported i64 global `instructions`: at the
 * start of each straight run of instructions their number is added to it. The instructions are those of the module as it
 * is delivered, so the count says what the code costs on any machine, to the last digit.
 */
export function countingInstructions(code: Uint8Array): Uint8Array {
  const sections = sectionsOf(code)
  const counter = countOf(sections.get(GLOBALS))
  const grown = new Map<number, Uint8Array | number[]>(sections)
  grown.set(GLOBALS, appended(sections.get(GLOBALS), [I64, MUTABLE, I64_CONST, 0, END]))
  grown.set(EXPORTS, appended(sections.get(EXPORTS), [...named('instructions'), GLOBAL_EXPORT, ...leb(counter)]))
  grown.set(CODE, countingCode(sections.get(CODE)!, counter))
  const parts = [...grown].sort(([a], [b]) => a - b).map(([id, body]) => [id, ...leb(body.length), ...body])
  return Uint8Array.from([...code.subarray(0, PREAMBLE), ...parts.flat()])
}

const PREAMBLE = 8
const GLOBALS = 6
const EXPORTS = 7
const CODE = 10
const GLOBAL_EXPORT = 3
const I64 = 0x7e
const MUTABLE = 1

const [BLOCK, LOOP, IF, ELSE, END] = [0x02, 0x03, 0x04, 0x05, 0x0b]
const BR_IF = 0x0d
const [GLOBAL_GET, GLOBAL_SET, I64_CONST, I64_ADD] = [0x23, 0x24, 0x42, 0x7c]
/** Instructions that only mark the start or the end of a block. */
const MARKS = new Set([BLOCK, LOOP, ELSE, END])
/** Instructions at which a straight run ends, because control may continue elsewhere or arrive from elsewhere. */
const RUN_ENDS = new Set([0x00, LOOP, IF, ELSE, END, 0x0c, BR_IF, 0x0e, 0x0f])

function countingCode(section: Uint8Array, counter: number): number[] {
  const reader = new Reader(section)
  const functions = reader.u32()
  const grown = [...leb(functions)]
  for (let index = 0; index < functions; index++) {
    const size = reader.u32()
    const end = reader.at + size
    const start = reader.at
    for (let groups = reader.u32(); groups > 0; groups--) reader.skipLocals()
    const body = [...section.subarray(start, reader.at)]
    while (reader.at < end) {
      const from = reader.at
      let count = 0
      let code: number
      do {
        code = reader.instruction()
        if (!MARKS.has(code)) count++
      } while (!RUN_ENDS.has(code))
      if (count > 0) body.push(GLOBAL_GET, ...leb(counter), I64_CONST, ...signedLeb(count), I64_ADD)
      if (count > 0) body.push(GLOBAL_SET, ...leb(counter))
      for (const byte of section.subarray(from, reader.at)) body.push(byte)
    }
    grown.push(...leb(body.length), ...body)
  }
  return grown
}

/** Reads instructions, as far as necessary to find the start of the next one. */
class Reader {
  at = 0
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  u32(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }

  skipLocals(): void {
    this.u32()
    this.at++
  }

  /** Skips an instruction and returns its code. */
  instruction(): number {
    const code = this.bytes[this.at++]!
    if (code >= BLOCK && code <= IF) this.at++
    else if (code === 0x0c || code === BR_IF || code === 0x10 || (code >= 0x20 && code <= 0x24)) this.u32()
    else if (code === 0x0e) for (let labels = this.u32(); labels >= 0; labels--) this.u32()
    else if (code >= 0x28 && code <= 0x3e) this.memory()
    else if (code === 0x3f || code === 0x40) this.at++
    else if (code === 0x41 || code === I64_CONST) this.u32()
    else if (code === 0xfc) this.bulk()
    else if (code === 0xfd) this.vector()
    else if (code === 0x11 || code === 0x1c || code === 0x43 || code === 0x44 || code > 0xc4) {
      throw new Error(`instruction ${code} was not met before: teach it to the reader`)
    }
    return code
  }

  private memory(): void {
    this.u32()
    this.u32()
  }

  private bulk(): void {
    const code = this.u32()
    if (code === 10) this.at += 2
    else if (code === 11) this.at++
    else if (code > 7) throw new Error(`bulk instruction ${code} was not met before: teach it to the reader`)
  }

  private vector(): void {
    const code = this.u32()
    if (code <= 11) this.memory()
    else if (code === 12 || code === 13) this.at += 16
    else if (code >= 21 && code <= 34) this.at++
    else if (code >= 84 && code <= 93)
      throw new Error(`vector instruction ${code} was not met before: teach it to the reader`)
  }
}

function sectionsOf(code: Uint8Array): Map<number, Uint8Array> {
  const sections = new Map<number, Uint8Array>()
  const reader = new Reader(code)
  for (reader.at = PREAMBLE; reader.at < code.length; ) {
    const id = code[reader.at++]!
    const size = reader.u32()
    if (id !== 0) sections.set(id, code.subarray(reader.at, reader.at + size))
    reader.at += size
  }
  return sections
}

function countOf(section: Uint8Array | undefined): number {
  return section === undefined ? 0 : new Reader(section).u32()
}

function appended(section: Uint8Array = Uint8Array.of(0), entry: readonly number[]): Uint8Array {
  const reader = new Reader(section)
  const count = reader.u32()
  return Uint8Array.from([...leb(count + 1), ...section.subarray(reader.at), ...entry])
}

function named(name: string): number[] {
  return [name.length, ...Buffer.from(name)]
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]
}

/** Of a number that is not negative. */
function signedLeb(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedLeb(value >>> 7)]
}
