/**
 * Writes the packets of one sequence in Perfetto's protobuf. Field numbers are those of protos/perfetto/trace in Perfetto's
 * repository.
 *
 * The library is pbf, which is small. pprof-format, which writes the memory profile, writes no messages but its own.
 */
import { PbfWriter } from 'pbf';

/** Fields of messages, by message. */
const TRACE = { packet: 1 } as const;
const PACKET = { timestamp: 8, trackEvent: 11, sequence: 10, internedData: 12, sequenceFlags: 13, trackDescriptor: 60 } as const;
export const TRACK = { uuid: 1, name: 2, process: 3, thread: 4, parent: 5, counter: 8 } as const;
export const PROCESS = { pid: 1, sortIndex: 3, name: 6 } as const;
export const THREAD = { pid: 1, tid: 2, sortIndex: 3, name: 5 } as const;
export const COUNTER = { unit: 3 } as const;
export const EVENT = { category: 3, annotation: 4, type: 9, name: 10, track: 11, nameText: 23, intValue: 30, doubleValue: 44, flow: 47, lastFlow: 48 } as const;
export const ANNOTATION = { name: 1, text: 6, internedText: 17 } as const;
const INTERNED = { categories: 1, names: 2, annotationNames: 3, texts: 29 } as const;
/** An interned string of each kind. */
const ENTRY = { id: 1, text: 2 } as const;

const FLAGS = { cleared: 1, needsTables: 2 } as const;
const SEQUENCE = 1;

/** Strings with numbers from 1, each once. */
export class Table {
  readonly #ids = new Map<string, number>();

  constructor(strings: Iterable<string>) {
    for (const each of strings) if (!this.#ids.has(each)) this.#ids.set(each, this.#ids.size + 1);
  }

  /** Returns the number of a string that the table was made with. */
  idOf(string: string): number {
    return this.#ids.get(string)!;
  }

  write(out: PbfWriter, field: number): void {
    for (const [text, id] of this.#ids) {
      message(out, field, () => {
        out.writeVarintField(ENTRY.id, id);
        writeText(out, ENTRY.text, text);
      });
    }
  }
}

/** The tables of interned strings, by kind. */
export type Tables = Readonly<Record<keyof typeof INTERNED, Table>>;

/** Writes packets. */
export class PacketWriter {
  readonly #out = new PbfWriter();

  /** Begins the sequence, with its tables. */
  clear(tables: Tables): void {
    this.#packet(FLAGS.cleared, (out) => message(out, PACKET.internedData, () => {
      for (const name of Object.keys(INTERNED) as (keyof Tables)[]) tables[name].write(out, INTERNED[name]);
    }));
  }

  track(uuid: number, describe: (out: PbfWriter) => void): void {
    this.#packet(FLAGS.needsTables, (out) => message(out, PACKET.trackDescriptor, () => {
      out.writeVarintField(TRACK.uuid, uuid);
      describe(out);
    }));
  }

  event(atNs: number, type: number, track: number, describe: (out: PbfWriter) => void): void {
    this.#packet(FLAGS.needsTables, (out) => {
      out.writeVarintField(PACKET.timestamp, atNs);
      message(out, PACKET.trackEvent, () => {
        out.writeVarintField(EVENT.type, type);
        out.writeVarintField(EVENT.track, track);
        describe(out);
      });
    });
  }

  finish(): Uint8Array {
    return this.#out.finish();
  }

  #packet(flags: number, write: (out: PbfWriter) => void): void {
    const out = this.#out;
    message(out, TRACE.packet, () => {
      out.writeVarintField(PACKET.sequence, SEQUENCE);
      out.writeVarintField(PACKET.sequenceFlags, flags);
      write(out);
    });
  }
}

/** Writes a message with what `write` writes as its content. */
export function message(out: PbfWriter, field: number, write: () => void): void {
  out.writeMessage(field, write, undefined);
}

/** Writes a string. pbf's own writeString garbles most characters beyond the second plane. */
export function writeText(out: PbfWriter, field: number, text: string): void {
  out.writeBytesField(field, Buffer.from(text));
}
