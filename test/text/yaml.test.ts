import fc from 'fast-check';
import { stringify } from 'yaml';
import { yamlText } from '../../lib/text';

const byLibrary = (value: unknown) => stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });

const word = fc.oneof(
  fc.string(),
  fc.string({
    unit: fc.constantFrom('a', 'N', '0', '1', '.', '-', '_', ':', '#', ' ', '\n', '\t', '"', "'", '/', '|'),
  }),
  // scripts
  fc
    .array(fc.constantFrom('a', '#!/bin/sh', '  b: |', '', ' ', 'c ', '---', '...'), { maxLength: 6 })
    .map((lines) => lines.join('\n')),
  // sentences, expressions and paths, with every character of ASCII
  fc
    .tuple(
      fc.constantFrom('a', 'n', '/', '--b', '.spec.c', '.', '-', '--', '10.0.0.1', '1.2.3'),
      fc.string({ unit: 'grapheme-ascii' }),
    )
    .map(([start, rest]) => start + rest),
  fc.constantFrom(
    'yes',
    'No',
    'null',
    '~',
    '0x1f',
    '0o7',
    '1e3',
    '.inf',
    '12:30',
    '2026-01-01',
    '---',
    'a: b',
    '- a',
    'e1',
    '=',
    '<<',
  ),
);
const { data } = fc.letrec((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('data'), { maxLength: 4 }),
    // a key that separates documents is quoted by the library at the top only
    fc.dictionary(
      word.filter((key) => !/^(---|\.\.\.)/m.test(key)),
      tie('data'),
      { maxKeys: 4 },
    ),
  ),
}));

test('YAML has the bytes of the library, for any plain data', () => {
  fc.assert(
    fc.property(data, (value) => {
      expect(yamlText(value)).toBe(byLibrary(value));
    }),
    { numRuns: 2000 },
  );
});

test('a text of several lines is indented like its key', () => {
  expect(yamlText({ a: [{ b: 'one\n\n  two\n' }] })).toBe('a:\n  - b: |\n      one\n\n        two\n');
});
