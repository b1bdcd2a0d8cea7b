/** The part of WebAssembly that is used. Node has it, but its types come with those of browsers only. */
declare namespace WebAssembly {
  class Memory {
    /** Sizes in pages of 64 KB. */
    constructor(options: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
  }
  function validate(bytes: Uint8Array): boolean;
  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): { readonly module: string; readonly name: string }[];
  }
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, Memory | ((...args: number[]) => unknown)>>>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
