import fc from 'fast-check';
import { stringify } from 'yaml';
import { yamlText } from '../../lib/text';

const byLibrary = (value: unknown) => stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });

const word = fc.oneof(
  fc.string(),
  fc.string({
    unit: fc.constantFrom('a', 'N', '0', '1', '.', '-', '_', ':', '#', ' ', '\n', '\t', '"', "'", '/', '|'),
  }),
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
    '10.0.0.1',
    '10.0.0.1:30',
    '1.2.3.4e5',
    '10.0.0.0/24',
    '10.0.0.1-10.0.0.9',
    'https://10.0.0.1:6443',
    'a:1 b',
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
