import type { Batch } from '../csv/scanner.ts'
import { CODE } from './code.ts'

/** The functions of assembly/. Addresses and lengths are in bytes. */
interface Exports {
  readonly memory: WebAssembly.Memory
  allocate(bytes: number): number
  freeBytes(): number

  reportAddress(): number
  open(columns: number, selected: number, maxRecordBytes: number): number
  reserve(length: number): number
  scan(length: number): number

  createQueries(): number
  match(queries: number, fields: number, width: number, count: number): void
}

/** Functions that assembly/ calls while it matches. */
export interface MatcherCallbacks {
  /** Returns the address of a character's symbol list: a count, then the symbols, 16 bits each. */
  learn(character: number): number
  onMatch(record: number): void
}

let compiled: WebAssembly.Module | undefined

/** An instance of assembly/: one memory, which holds at most one scanner and any number of matchers. */
export class WasmInstance {
  readonly exports: Exports
  private readonly callbacks = new Map<number, MatcherCallbacks>()
  private view: Uint8Array

  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(CODE, 'base64'))
    const queries = {
      learn: (address: number, character: number) => this.callbacks.get(address)!.learn(character),
      onMatch: (address: number, record: number) => this.callbacks.get(address)!.onMatch(record),
    }
    this.exports = new WebAssembly.Instance(compiled, { queries }).exports as object as Exports
    this.view = new Uint8Array(this.exports.memory.buffer)
  }

  /** The whole memory, so that an offset is an address. A view from before the memory grew is detached. */
  get bytes(): Uint8Array {
    if (this.view.length === 0) this.view = new Uint8Array(this.exports.memory.buffer)
    return this.view
  }

  uint32s(address: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.exports.memory.buffer, address, length)
  }

  uint16s(address: number, length: number): Uint16Array<ArrayBuffer> {
    return new Uint16Array(this.exports.memory.buffer, address, length)
  }

  /** Copies numbers into newly allocated memory. Returns their address. Memory is never freed. */
  store(numbers: ArrayLike<number>): number {
    const address = this.exports.allocate(4 * numbers.length)
    this.uint32s(address, numbers.length).set(numbers)
    return address
  }

  setCallbacks(queries: number, callbacks: MatcherCallbacks): void {
    this.callbacks.set(queries, callbacks)
  }
}

/** A batch in the memory of an instance, which a matcher there reads without copying. */
export interface WasmBatch extends Batch {
  readonly instance: WasmInstance
  /** The address of `fields`. */
  readonly fieldsAt: number
}

/** Whether a batch is in the memory of an instance. */
export function isWasmBatch(batch: Batch): batch is WasmBatch {
  return 'instance' in batch
}
