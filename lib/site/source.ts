import {
  type Document,
  type ErrorCode,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { ClusterError, type Path, type Problem, problemFrom, type Rules } from '../cluster';
import { RECKONED_OPTIONS } from '../power';

/** Rules about the text of a file. */
export const TEXT_RULES = {
  yaml: {
    cause:
      'The file is not YAML, or has a key twice in a group, a list or a group as key, a tab as indentation, an unknown tag, an alias without anchor, a merge key without a group, or a second document',
    cure: 'Correct it at the line and column. A file has one site: no `---` after the first key',
  },
  'misread-number': {
    cause:
      'A driver option without quotes is a number in YAML, and the driver would get another text: `0x051d` becomes 1309, `0002` becomes 2. `27.40` is valid, as are numbers where a number is meant',
    cure: 'Quote it',
  },
} as const satisfies Rules;

const problem = problemFrom(TEXT_RULES);

/** The text of a cluster.yaml: what it says, and where it says it. */
export interface Source {
  /** The content as plain data of unknown shape, with a text in place of each misread number. */
  readonly value: unknown;
  /** Numbers that a driver would get as another text than the file has. */
  readonly misread: readonly Placed[];
  /**
   * Where the path stands in the text: at its value when that is a single one, else at its key; when it is missing, at the nearest
   * thing around it. What an alias or a merge key brings in stands where it is brought in.
   *
   * @param atKey whether the key is meant even where there is a value
   */
  offsetOf(path: Path, atKey?: boolean): number;
  /** An offset as `file:line:column`, both counted from 1. */
  place(offset: number): string;
}

/** A problem and its place in the text. */
interface Placed {
  readonly problem: Problem;
  readonly offset: number;
}

/** Reads one YAML document. Throws a ClusterError with every fault of its syntax at once. */
export function readSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, lineCounter: lines, prettyErrors: false });
  // YAML's parser takes a byte order mark off, and its offsets count it in the first line only.
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${line === 1 && col > 1 && text.startsWith('\uFEFF') ? col - 1 : col}`;
  };
  const faults = faultsOf(document).map(
    ({ offset, message, cure }) => `${place(offset)}: ${'yaml' satisfies keyof typeof TEXT_RULES}: ${message}; ${cure}`,
  );
  if (faults.length > 0) throw new ClusterError(faults);
  const misread = quoteMisread(document);
  return { value: document.toJS(), misread, offsetOf: (path, atKey = false) => offsetOf(document, path, atKey), place };
}

/**
 * Finds the misread numbers under `ups[].options`, the one place where a text and a number both fit, and puts them in quotes: what
 * else is wrong with them is to be told as well. Options that are numbers to this project are read as such.
 */
function quoteMisread(document: ReadDocument): Placed[] {
  const misread: Placed[] = [];
  visit(document, {
    Scalar: (position, scalar, path) => {
      const { value: number, source: text = '', range } = scalar;
      if (position === 'key' || typeof number !== 'number' || isWrittenSo(number, text)) return;
      const pairs = path.filter((node) => isPair(node)).filter((pair) => !isMerge(pair));
      const [list, group, option, ...rest] = pairs.map(({ key }) => String(key));
      if (list !== 'ups' || group !== 'options' || rest.length > 0) return;
      if (RECKONED_OPTIONS.some((reckoned) => reckoned === option)) return;
      misread.push({
        problem: problem('misread-number', [], `${text} is read as the number ${number}`, 'put it in quotes'),
        offset: range?.[0] ?? 0,
      });
      scalar.value = text;
    },
  });
  return misread;
}

/** Zeros at the end of a fraction make no other number of it: 27.40 volts are 27.4. */
const isWrittenSo = (number: number, text: string): boolean =>
  text === String(number) || (/^-?\d+\.\d+$/.test(text) && text.replace(/\.?0+$/, '') === String(number));

interface Fault {
  readonly offset: number;
  readonly message: string;
  readonly cure: string;
}

/** Where YAML's own words say what to call or leave the reader to guess. */
const KNOWN: Partial<Record<ErrorCode, { readonly message?: string; readonly cure: string }>> = {
  MULTIPLE_DOCS: {
    message: 'a second document starts here',
    cure: 'a file holds one site: take the --- line out, or put each site in a file of its own',
  },
  DUPLICATE_KEY: { message: 'this key is already in the same group', cure: 'keep one of the two' },
  TAB_AS_INDENT: { message: 'a tab indents this line', cure: 'use spaces' },
  TAG_RESOLVE_FAILED: { cure: 'take the tag out, or put a text that starts with ! in quotes' },
  BAD_SCALAR_START: { cure: 'put the text in quotes' },
  MISSING_CHAR: { cure: 'add what is missing' },
};

type ReadDocument = Document.Parsed<ParsedNode>;

function faultsOf(document: ReadDocument): Fault[] {
  const faults: Fault[] = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    offset: pos[0],
    message: KNOWN[code]?.message ?? message.charAt(0).toLowerCase() + message.slice(1),
    cure: KNOWN[code]?.cure ?? 'mend the YAML here or just before it',
  }));
  return faults.length > 0 ? faults : contentFaults(document);
}

/** True for the key `<<` without quotes, whose groups have the keys that the group around it lacks. */
const isMerge = ({ key }: Pair<unknown, unknown>): boolean => isScalar(key) && typeof key.value === 'symbol';

/** Where a merge key stands that brings this key into a group, if one does. */
function mergeOf(
  document: ReadDocument,
  group: YAMLMap<ParsedNode, ParsedNode | null>,
  key: string | number,
): number | undefined {
  const merge = group.items.find(isMerge);
  return merge && Object.hasOwn(group.toJS(document) as object, key) ? merge.value?.range?.[0] : undefined;
}

/** Faults that the parser finds only when the document becomes plain data, where it throws or warns without a position. */
function contentFaults(document: ReadDocument): Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document)) return;
      faults.push({
        offset: alias.range?.[0] ?? 0,
        message: `there is no anchor &${alias.source} before *${alias.source}`,
        cure: 'correct its name, or put a text that starts with * in quotes',
      });
    },
    Pair: (_, pair) => {
      const key = resolved(document, pair.key);
      if (isCollection(key)) {
        faults.push({
          offset: (pair.key as ParsedNode).range[0],
          message: `the key is a ${isMap(key) ? 'group' : 'list'}`,
          cure: 'write the key as plain text',
        });
      }
      if (!isMerge(pair) || sourcesOf(document, pair.value).every((source) => isMap(source))) return;
      faults.push({
        offset: (pair.key as ParsedNode).range[0],
        message: '<< brings in something other than groups of keys',
        cure: 'give it the alias of a group, like <<: *first, or a list of such aliases',
      });
    },
  });
  if (faults.length > 0) return faults;
  try {
    document.toJS();
    return [];
  } catch {
    // What is left is the parser's guard against a few lines that unfold into millions.
    return [{ offset: 0, message: 'its aliases unfold into too much', cure: 'write the values out' }];
  }
}

const resolved = (document: ReadDocument, node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);

/** The groups that a merge key inserts, with aliases resolved. An alias without anchor is reported elsewhere. */
function sourcesOf(document: ReadDocument, value: unknown): unknown[] {
  const source = resolved(document, value);
  const all = isSeq(source) ? source.items.map((item) => resolved(document, item)) : [source];
  return all.filter((node) => node !== undefined);
}

function offsetOf(document: ReadDocument, path: Path, atKey: boolean): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const [depth, key] of path.entries()) {
    if (isMap<ParsedNode, ParsedNode | null>(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (!pair) return mergeOf(document, node, key) ?? offset;
      const single = isAlias(pair.value) || (isScalar(pair.value) && pair.value.value !== null);
      offset = (single && !(atKey && depth === path.length - 1) ? pair.value : pair.key)?.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq<ParsedNode>(node)) {
      const item = node.items[Number(key)];
      if (!item) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}
