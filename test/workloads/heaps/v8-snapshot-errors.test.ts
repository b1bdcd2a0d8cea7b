import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { readV8Snapshot } from '../../../src/workloads/heaps/v8-snapshot.ts';
import { sampled } from '../../support/nightly.ts';
import { readText, tiny, type TinySnapshot } from './feed.ts';

async function problemOf(text: string | Uint8Array, size?: number): Promise<string> {
  const error: unknown = await readText(text, size).catch((e) => e);
  if (!(error instanceof HeapFormatError)) throw new Error('was accepted', { cause: error });
  expect(error.exitCode).toBe(2);
  expect(error.message).toMatch(/^test: [^\n]+$/);
  return error.message.slice('test: '.length);
}

const plain = JSON.stringify(tiny());
/** Offsets in the text of the arrays and of the size of node 1. */
const NODES = plain.indexOf('[0,0,1,0,2');
const EDGES = plain.indexOf('[0,1,5,0,2');
const STRINGS = plain.indexOf('"strings"');
const SIZE = plain.indexOf('24,');

describe('a snapshot that is cut off', () => {
  it('is refused at any byte', async () => {
    for (const length of sampled(Array.from({ length: plain.length - 1 }, (_, i) => i + 1), 3)) {
      for (const size of [1, 4096]) {
        const problem = await problemOf(plain.slice(0, length), size);
        expect(problem).toMatch(`is cut off: it ends at byte ${length}, in `);
      }
    }
  });
});

const bytes: [string, string | Uint8Array, string][] = [
  ['an empty file', '', 'is empty'],
  ['white space', ' \n', 'is empty'],
  ['a compressed file', gzipSync(plain), 'is compressed: gunzip it first'],
  ['a text', 'nodes: 3', "is no V8 heap snapshot: it begins with 'n' instead of '{'"],
  ['text in UTF-16', Buffer.from(`\ufeff${plain}`, 'utf16le'), 'is text in UTF-16: save it as UTF-8'],
  ['two byte order marks', `\ufeff\ufeff${plain}`, "is no V8 heap snapshot: it begins with byte 0xef instead of '{'"],
  ['a key with control characters', `{"\x7f${'k'.repeat(900)}": x}`, `"x" is no JSON value at byte 906, in the value of "\\x7f${'k'.repeat(35)}…"`],
  ['a binary', Uint8Array.of(0x7f, 1),
    "is no V8 heap snapshot: it begins with byte 0x7f instead of '{'"],
  ['an array', '[]', "is no V8 heap snapshot: it begins with '[' instead of '{'"],
  ['an empty object', '{}', 'is no V8 heap snapshot: it has no "snapshot"'],
  ['other JSON', '{"a":1}', 'is no V8 heap snapshot: it has no "snapshot"'],
  ['a CPU profile', '{"nodes":[{"id":1}]}',
    '"nodes" comes before "snapshot" at byte 9, which V8 never writes'],
  ['no nodes', plain.replace(/"nodes.*$/, '"x":1}'), 'is no V8 heap snapshot: it has no "nodes"'],
  ['no edges', plain.replace(/"edges.*$/, '"x":1}'), 'is no V8 heap snapshot: it has no "edges"'],
  ['edges first', plain.replace('"nodes"', '"edges"'),
    `"edges" comes before "nodes" at byte ${NODES}, which V8 never writes`],
  ['two of one', plain.replace('"strings"', '"edges"'),
    `has "edges" twice, again before byte ${STRINGS + 8}`],
  ['a second file', `${plain}\n{}`,
    `expected nothing but found '{' at byte ${plain.length + 1}, in what follows the snapshot`],
  ['no colon', '{"a" 1}', "expected ':' but found '1' at byte 5, in the snapshot"],
  ['no comma', '{"a":1 "b":2}', "expected ',' or '}' but found '\"' at byte 7, in the snapshot"],
  ['no key', '{"a":1,}',
    "expected a key in double quotes but found '}' at byte 7, in the snapshot"],
  ['a bad key', '{"\\x":1}', 'this key is no JSON string at byte 1, in the snapshot'],
  ['a long key', `{"${'k'.repeat(2000)}":1}`,
    'a key is longer than 1024 bytes at byte 1, in the snapshot'],
  ['a bad word', '{"a":nil}', '"nil" is no JSON value at byte 5, in the value of "a"'],
  ['a bad escape', '{"a":"\\q"}',
    'a string holds an unknown escape at byte 7, in the value of "a"'],
  ['wrong brackets', '{"a":[1}',
    "expected ',' or the end but found '}' at byte 7, in the value of \"a\""],
  ['deep nesting', `{"a":${'['.repeat(1e5)}`,
    'nests deeper than 1000 levels at byte 1005, in the value of "a"'],
  ['deep nesting in the header', `{"snapshot":${'{"a":'.repeat(1e5)}`,
    'nests deeper than 1000 levels at byte 5012, in the value of "snapshot"'],
  ['an endless header', `{"snapshot":"${'x'.repeat(2 ** 21)}"}`,
    'snapshot takes more than 1048576 bytes'],
];

describe('a damaged snapshot is refused in one sentence', () => {
  it.each(bytes)('%s', async (_, text, problem) => {
    expect(await problemOf(text)).toBe(problem);
    if (text.length < 1000) expect(await problemOf(text, 1)).toBe(problem);
  });
});

const values: [(file: TinySnapshot) => void, string][] = [
  [({ snapshot }) => (snapshot.node_count = 4),
    'snapshot.node_count is 4, but the nodes array holds 3'],
  [({ snapshot }) => (snapshot.node_count = 2),
    'snapshot.node_count is 2, but the nodes array holds 3'],
  [({ snapshot }) => (snapshot.node_count = 0),
    'snapshot.node_count is 0, not a whole number from 1 on'],
  [({ snapshot }) => (snapshot.node_count = 1e15),
    'snapshot.node_count is 1000000000000000, more than 4294967294'],
  [({ snapshot }) => (snapshot.node_count = 4e9),
    'snapshot.node_count is 4000000000, but the nodes array holds 3'],
  [({ snapshot }) => (snapshot.node_count = -3),
    'snapshot.node_count is -3, not a whole number from 1 on'],
  [({ snapshot }) => (snapshot.node_count = 3.5),
    'snapshot.node_count is 3.5, not a whole number from 1 on'],
  [({ snapshot }) => (snapshot.node_count = '3'),
    'snapshot.node_count is "3", not a whole number from 1 on'],
  [({ snapshot }) => delete snapshot.node_count,
    'snapshot.node_count is missing, not a whole number from 1 on'],
  [({ snapshot }) => (snapshot.edge_count = 3),
    'the nodes claim 4 edges together, but snapshot.edge_count is 3'],
  [({ snapshot }) => (snapshot.edge_count = 1e300),
    'snapshot.edge_count is 1e+300, not a whole number from 0 on'],
  [({ snapshot }) => delete snapshot.edge_count,
    'snapshot.edge_count is missing, not a whole number from 0 on'],
  [(file) => (file.edges = [0, 1, 5]), 'snapshot.edge_count is 4, but the edges array holds 1'],
  [(file) => (file.edges = []), 'snapshot.edge_count is 4, but the edges array holds 0'],
  [(file) => (file.edges = Array(15).fill(0)),
    'snapshot.edge_count is 4, but the edges array holds 5'],
  [(file) => (file.edges = Array(30000).fill(0)),
    'snapshot.edge_count is 4, but the edges array holds more'],
  [(file) => (file.nodes = Array(30000).fill(0)),
    'snapshot.node_count is 3, but the nodes array holds more'],
  [(file) => (file.edges = [0, 1, 5, 0]),
    'the edges array ends in the middle of a row: 1 numbers instead of 3'],
  [(file) => (file.nodes = [0, 0, 1, 0]),
    'the nodes array ends in the middle of a row: 4 numbers instead of 5'],
  [change('nodes', 4, 3), 'the nodes claim 5 edges together, but snapshot.edge_count is 4'],
  [change('nodes', 4, 2 ** 32), 'the edge_count of node 0 is 4294967296, not a whole number from 0 to 4294967295'],
  [change('nodes', 4, -1), 'the edge_count of node 0 is -1, not a whole number from 0 to 4294967295'],
  [change('nodes', 8, -1), 'the self_size of node 1 is -1, not a whole number from 0 to 9007199254740991'],
  [change('nodes', 8, 1.5), 'the self_size of node 1 is 1.5, not a whole number from 0 to 9007199254740991'],
  [change('nodes', 8, 1e21), 'the self_size of node 1 is 1e+21, not a whole number from 0 to 9007199254740991'],
  [change('nodes', 8, 2 ** 53), 'the self_size of node 1 is 9007199254740992, not a whole number from 0 to 9007199254740991'],
  [change('edges', 2, -5), 'edge 0 leads to node -1, and there are only 3'],
  [change('edges', 2, 2.5), 'the to_node of edge 0 is 2.5, not a multiple of a node\'s 5 fields'],
  [change('edges', 0, -1), 'the type of edge 0 is -1, and there are only 3'],
  [change('edges', 0, 0.5), 'the type of edge 0 is 0.5, and there are only 3'],
  [({ snapshot }) => (snapshot.root_index = 7), 'snapshot.root_index is 7, which is no node: it must be a multiple of 5 below 15'],
  [({ snapshot }) => (snapshot.root_index = 15), 'snapshot.root_index is 15, which is no node: it must be a multiple of 5 below 15'],
  [({ snapshot }) => (snapshot.root_index = -5), 'snapshot.root_index is -5, not a whole number from 0 on'],
  [({ snapshot }) => (snapshot.root_index = '5'), 'snapshot.root_index is "5", not a whole number from 0 on'],
  [change('nodes', 8, '7'),
    `expected a number but found '"' at byte ${SIZE}, in the value of "nodes"`],
  [change('nodes', 8, null),
    `expected a number but found 'n' at byte ${SIZE}, in the value of "nodes"`],
  [(file) => (file.nodes = {}),
    `expected '[' but found '{' at byte ${NODES}, in the value of "nodes"`],
  [(file) => (file.edges = 7),
    `expected '[' but found '7' at byte ${EDGES}, in the value of "edges"`],
  [change('edges', 2, 15), 'edge 0 leads to node 3, and there are only 3'],
  [change('edges', 5, 2 ** 53 - 1),
    'the to_node of edge 1 is 9007199254740991, not a multiple of a node\'s 5 fields'],
  [change('edges', 5, 7), 'the to_node of edge 1 is 7, not a multiple of a node\'s 5 fields'],
  [change('edges', 9, 3), 'the type of edge 3 is 3, and there are only 3'],
  [(file) => (file.snapshot = [] as never), 'snapshot is no object'],
  [(file) => (file.snapshot = null as never), 'snapshot is no object'],
  [({ snapshot }) => (snapshot.meta = 5 as never), 'snapshot.meta is missing or no object'],
  [({ snapshot }) => delete (snapshot as { meta?: unknown }).meta,
    'snapshot.meta is missing or no object'],
  [meta('node_fields', []), 'snapshot.meta.node_fields has 0 fields, not 1 to 64'],
  [meta('edge_fields', Array(65).fill('type')),
    'snapshot.meta.edge_fields has 65 fields, not 1 to 64'],
  [meta('node_fields', 'self_size'), 'snapshot.meta.node_fields is no array of names'],
  [meta('node_fields', undefined), 'snapshot.meta.node_fields is no array of names'],
  [meta('edge_fields', [1, 2]), 'snapshot.meta.edge_fields is no array of names'],
  [meta('node_fields', ['self_size']), "snapshot.meta.node_fields has no field 'edge_count'"],
  [meta('node_fields', ['edge_count']), "snapshot.meta.node_fields has no field 'self_size'"],
  [meta('edge_fields', ['type']), "snapshot.meta.edge_fields has no field 'to_node'"],
  [meta('edge_fields', ['to_node']), "snapshot.meta.edge_fields has no field 'type'"],
  [meta('edge_fields', ['type', 'to_node', 'type']),
    "snapshot.meta.edge_fields has the field 'type' twice"],
  [meta('node_types', 'number'), 'snapshot.meta.node_types is no array'],
  [meta('edge_types', {}), 'snapshot.meta.edge_types is no array'],
  [meta('edge_types', ['string', 'string', 'string']),
    'snapshot.meta.edge_types[0] is no array of names'],
  [meta('edge_types', []), 'snapshot.meta.edge_types[0] is no array of names'],
];

const lies = values.map(([edit, problem]) => [problem, edit] as const);

describe('the reader of damaged snapshots', () => {
  it.each(lies)('%s', async (problem, edit) => {
    const file = tiny();
    edit(file);
    expect(await problemOf(JSON.stringify(file))).toBe(problem);
    expect(await problemOf(JSON.stringify(file), 7)).toBe(problem);
  });

  it.each([
    ['[01', 'a number begins with a superfluous 0', 1],
    ['[,', "expected a number but found ','", 1],
    ['[0,,', "expected a number but found ','", 3],
    ['[0 0', "expected ',' or ']' but found '0'", 3],
    ['[0,]', "expected a number but found ']'", 3],
    ['[0}', "expected ',' or ']' but found '}'", 2],
    [`[${'1'.repeat(1025)}`, 'a number is longer than 1024 bytes', 1],
    ['[-', '"-" is no number', 1],
    ['[1.,', '"1." is no number', 1],
    ['[1e,', '"1e" is no number', 1],
    ['[1-1,', '"1-1" is no number', 1],
    ['[-01,', 'a number begins with a superfluous 0', 1],
    ['[0000000000001,', 'a number begins with a superfluous 0', 1],
  ])('refuses an array of numbers that begins with %s', async (begin, problem, at) => {
    const text = plain.replace('[0,0,1,0,2', begin);
    for (const size of [1, 7, 4096]) {
      const full = `${problem} at byte ${NODES + at}, in the value of "nodes"`;
      expect(await problemOf(text, size)).toBe(full);
    }
  });

  it('allocates no memory for claimed counts, even if they agree', async () => {
    const file = tiny();
    file.snapshot.edge_count = 4e9;
    file.nodes = [0, 0, 1, 0, 4e9, 1, 1, 3, 24, 0, 1, 2, 5, 8, 0];
    const before = process.memoryUsage().arrayBuffers;
    const problem = await problemOf(JSON.stringify(file));
    expect(problem).toBe('snapshot.edge_count is 4000000000, but the edges array holds 4');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 2 ** 20);
  });

  it('names a file that cannot be read, or is no snapshot', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sweepgen-heaps-'));
    try {
      const read = (name: string): Promise<unknown> => readV8Snapshot(join(folder, name));
      await writeFile(join(folder, 'empty'), '');
      await expect(read('empty')).rejects.toThrow(new HeapFormatError('empty', 'is empty'));
      await expect(read('none')).rejects.toThrow(/^none: cannot be read: ENOENT/);
      await expect(read('.')).rejects.toThrow(/: cannot be read: it is a directory$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('closes the source when the reading stops early', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.from('no JSON');
      } finally {
        closed = true;
      }
    }
    await expect(readV8Snapshot(source())).rejects.toThrow(HeapFormatError);
    expect(closed).toBe(true);
  });

  it('passes on errors of the source and of the progress callback unchanged', async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{');
      throw new RangeError('disk on fire');
    }
    await expect(readV8Snapshot(source())).rejects.toThrow(new RangeError('disk on fire'));
    const onProgress = (): never => {
      throw new TypeError('no terminal');
    };
    await expect(readV8Snapshot(source(), { onProgress })).rejects.toThrow(TypeError);
  });
});

function change(key: 'nodes' | 'edges', at: number, value: unknown) {
  return (file: TinySnapshot): void => {
    (file[key] as unknown[])[at] = value;
  };
}

function meta(key: string, value: unknown) {
  return (file: TinySnapshot): void => {
    file.snapshot.meta[key] = value;
  };
}
