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
import { ClusterError, type Finding, type Path, type Problem, problemFrom, type Rules } from '../cluster';
import { RECKONED_OPTIONS } from '../power';

/** Rules about the text of a file. */
export const TEXT_RULES = {
  yaml: {
    cause:
      'The file is not YAML, or has a duplicate key, a tab as indentation, an alias without anchor, or several documents',
  },
  'misread-number': { cause: 'A driver option is a number that YAML changes: `0x051d` becomes 1309, `0002` becomes 2' },
} as const satisfies Rules;

const problem = problemFrom(TEXT_RULES);

/** The content of a cluster.yaml and the places of its values. */
export interface Source {
  /** The content as plain data of unknown shape, with a text in place of each misread number. */
  readonly value: unknown;
  /** Numbers that a driver would get as another text than the file has. */
  readonly misread: readonly Placed[];
  /**
   * The place of a path: its value if that is a scalar, else its key, or the nearest parent if it is missing. Content of an alias or a
   * merge key is placed there.
   *
   * @param atKey whether to use the key even if the value is a scalar
   */
  offsetOf(path: Path, atKey?: boolean): number;
  /** The file, and an offset in it as line and column. */
  place(offset: number): Pick<Finding, 'file' | 'position'>;
}

/** A problem and its place in the text. */
interface Placed {
  readonly problem: Problem;
  readonly offset: number;
}

/** Reads one YAML document. Throws a ClusterError with every syntax fault. */
export function readSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, lineCounter: lines, prettyErrors: false });
  // The parser removes a byte order mark, and counts it in the offsets of the first line only.
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    const column = line === 1 && col > 1 && text.startsWith('\uFEFF') ? col - 1 : col;
    return { file, position: { line, column } };
  };
  const faults = faultsOf(document).map(({ offset, message, cure }): Finding => {
    const { path: _, ...fault } = problem('yaml', [], message, cure);
    return { ...place(offset), ...fault };
  });
  if (faults.length > 0) throw new ClusterError(faults);
  const misread = quoteMisread(document);
  // a copy, because V8 keeps the whole text in memory for a name that was cut out of it
  const value: unknown = structuredClone(document.toJS());
  return { value, misread, offsetOf: (path, atKey = false) => offsetOf(document, path, atKey), place };
}

/**
 * Finds the misread numbers under `ups[].options`, the one place where both a text and a number are valid, and quotes them so that
 * other rules check them too. Options that this project uses as numbers stay numbers.
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
      const around = new Set<unknown>(path);
      const item = path.find((node) => isSeq(node))?.items.findIndex((entry) => around.has(entry)) ?? 0;
      const fix = { path: ['ups', item, 'options', String(option)], value: text };
      misread.push({
        problem: problem('misread-number', [], `${text} is read as the number ${number}`, 'quote it', [[fix]]),
        offset: range?.[0] ?? 0,
      });
      scalar.value = text;
    },
  });
  return misread;
}

/** Trailing zeros of a fraction do not change a number: 27.40 V are 27.4. */
const isWrittenSo = (number: number, text: string): boolean =>
  text === String(number) || (/^-?\d+\.\d+$/.test(text) && text.replace(/\.?0+$/, '') === String(number));

interface Fault {
  readonly offset: number;
  readonly message: string;
  readonly cure: string;
}

/** Messages and cures for faults whose own text in the parser gives no cure. */
const KNOWN: Partial<Record<ErrorCode, { readonly message?: string; readonly cure: string }>> = {
  MULTIPLE_DOCS: {
    message: 'a second document starts here',
    cure: 'remove the --- line, or put each site in its own file',
  },
  DUPLICATE_KEY: { message: 'this key is already in the same group', cure: 'keep one of the two' },
  TAB_AS_INDENT: { message: 'a tab indents this line', cure: 'use spaces' },
  TAG_RESOLVE_FAILED: { cure: 'remove the tag, or quote a text that starts with !' },
  BAD_SCALAR_START: { cure: 'quote the text' },
  MISSING_CHAR: { cure: 'add what is missing' },
};

type ReadDocument = Document.Parsed<ParsedNode>;

function faultsOf(document: ReadDocument): Fault[] {
  const faults: Fault[] = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    offset: pos[0],
    message: KNOWN[code]?.message ?? message.charAt(0).toLowerCase() + message.slice(1),
    cure: KNOWN[code]?.cure ?? 'correct the YAML here or just before',
  }));
  return faults.length > 0 ? faults : contentFaults(document);
}

/** Whether the key is `<<` without quotes, which inserts missing keys from other groups. */
const isMerge = ({ key }: Pair<unknown, unknown>): boolean => isScalar(key) && typeof key.value === 'symbol';

/** The place of the merge key that inserts this key into a group, if one does. */
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
        message: `alias *${alias.source} has no anchor &${alias.source} before it`,
        cure: 'correct the name, or quote a text that starts with *',
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
        message: '<< inserts something other than groups of keys',
        cure: 'use the alias of a group, like <<: *first, or a list of such aliases',
      });
    },
  });
  if (faults.length > 0) return faults;
  try {
    document.toJS();
    return [];
  } catch {
    // The remaining cause is the parser's limit on the expansion of aliases.
    return [{ offset: 0, message: 'its aliases expand beyond the limit', cure: 'write the values out' }];
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
