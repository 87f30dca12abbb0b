/** The part of WebAssembly that is used here. TypeScript declares it only with the browser's DOM. */
declare namespace WebAssembly {
  class Module {
    constructor(code: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, (...numbers: number[]) => unknown>>)
    readonly exports: object
  }
  interface Memory {
    readonly buffer: ArrayBuffer
  }
}
