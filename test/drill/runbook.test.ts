import { Runbook } from './kubernetes/runbook';

const RUNBOOK = new Runbook(`
| who | seconds | what |
| --- | --- | --- |
| ups1 | -7 to 0 | is on battery and reports low battery (LB) |
| k3s-2, k3s-3 | 5 to 27 | power-off begins |
| ups1 | 180 at the earliest | restores its output |

| event | shortest | bound |
| --- | --- | --- |
| the holder loses power | 13.2 | 24.8 |

| after a node fails | time | reason |
| --- | --- | --- |
| another node announces the address | 5 to 8 s | the speakers |
`);

test('a row with a range has both its ends', () => {
  expect(RUNBOOK.range(/another node announces/)).toEqual({ from: 5, to: 8 });
});

test('a step of the timeline is found by one of those who do it, and what', () => {
  expect(RUNBOOK.step('k3s-3', /power-off begins/)).toEqual({ from: 5, to: 27 });
});

test('a step may begin before the shutdown', () => {
  expect(RUNBOOK.step('ups1', /is on battery/)).toEqual({ from: -7, to: 0 });
});

test('the last column of the VIP is its bound', () => {
  expect(RUNBOOK.vipNeverAbove(/loses power/)).toBe(24.8);
});

test('a time that is not in the runbook is an error', () => {
  expect(() => RUNBOOK.range(/nothing of the kind/)).toThrow('has no row');
  expect(() => RUNBOOK.step('k3s-9', /power-off begins/)).toThrow('has no step');
  expect(() => RUNBOOK.vipNeverAbove(/nothing of the kind/)).toThrow('has no time');
});
