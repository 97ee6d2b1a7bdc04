import { Runbook } from './kubernetes/runbook';

const RUNBOOK = new Runbook(`
| seconds | who | what |
| --- | --- | --- |
| -7 to 0 | ups1 | is on battery and low |
| 5 to 27 | k3s-2 | powers itself off |
| 180 at the earliest | ups1 | restores its load |

| event | shortest | never above |
| --- | --- | --- |
| the holder loses power | 13.2 | 24.8 |

| what | after | why |
| --- | --- | --- |
| another node answers | 5 to 8 s | the speakers |
`);

test('a row with a range has both its ends', () => {
  expect(RUNBOOK.range(/another node answers/)).toEqual({ from: 5, to: 8 });
});

test('a step of the time line is found by who does what', () => {
  expect(RUNBOOK.step('k3s-2', /powers itself off/)).toEqual({ from: 5, to: 27 });
});

test('a step may begin before the shutdown', () => {
  expect(RUNBOOK.step('ups1', /is on battery/)).toEqual({ from: -7, to: 0 });
});

test('the last column of the virtual IP is the time that it never exceeds', () => {
  expect(RUNBOOK.vipNeverAbove(/loses power/)).toBe(24.8);
});

test('a promise that is not in the runbook is an error', () => {
  expect(() => RUNBOOK.range(/nothing of the kind/)).toThrow('has no row');
  expect(() => RUNBOOK.step('k3s-9', /powers itself off/)).toThrow('has no step');
  expect(() => RUNBOOK.vipNeverAbove(/nothing of the kind/)).toThrow('has no time');
});
