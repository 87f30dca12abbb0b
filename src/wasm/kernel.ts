import type { Batch } from '../csv/scanner.ts'
import { CODE } from './code.ts'

/** What assembly/ exports. Addresses and lengths are in bytes. */
interface Exports {
  readonly memory: WebAssembly.Memory
  allocate(bytes: number): number
  spare(): number

  reportAt(): number
  open(columns: number, wanted: number, longest: number): number
  reserve(length: number): number
  scan(length: number): number

  createQueries(): number
  match(queries: number, fields: number, width: number, count: number): void
}

/** Answers what the matcher of assembly/ cannot know, and takes what it finds. */
export interface Adviser {
  /** The address of the symbols that a character stands for: their number, then each of them; 16 bits. */
  learn(character: number): number
  keep(record: number): void
}

let compiled: WebAssembly.Module | undefined

/** One instance of assembly/: a memory, in which there may be one scanner and any number of matchers. */
export class Kernel {
  readonly call: Exports
  private readonly advisers = new Map<number, Adviser>()
  private view: Uint8Array

  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(CODE, 'base64'))
    const matcher = {
      learn: (queries: number, character: number) => this.advisers.get(queries)!.learn(character),
      keep: (queries: number, record: number) => void this.advisers.get(queries)!.keep(record),
    }
    this.call = new WebAssembly.Instance(compiled, { matcher }).exports as object as Exports
    this.view = new Uint8Array(this.call.memory.buffer)
  }

  /** The whole memory, so that an offset is an address. Growing the memory detaches what was handed out before. */
  get bytes(): Uint8Array {
    if (this.view.length === 0) this.view = new Uint8Array(this.call.memory.buffer)
    return this.view
  }

  /** 32-bit numbers in the memory. */
  numbers(address: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.call.memory.buffer, address, length)
  }

  /** Puts numbers into the memory for good; returns their address. */
  place(numbers: ArrayLike<number>): number {
    const address = this.call.allocate(4 * numbers.length)
    this.numbers(address, numbers.length).set(numbers)
    return address
  }

  advise(queries: number, adviser: Adviser): void {
    this.advisers.set(queries, adviser)
  }
}

/** A batch that lies in the memory of a kernel, where a matcher finds it without a copy. */
export interface KernelBatch extends Batch {
  readonly kernel: Kernel
  /** Where `fields` lies. */
  readonly fieldsAt: number
}

/** Whether a batch lies in a kernel's memory already. */
export function isKernelBatch(batch: Batch): batch is KernelBatch {
  return 'kernel' in batch
}
