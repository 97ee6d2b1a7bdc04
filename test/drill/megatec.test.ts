import { MegatecUps } from './megatec';

const MINUTE = 60_000;

describe('a Megatec UPS', () => {
  test('reports on battery and low battery', () => {
    const ups = new MegatecUps();
    expect(ups.handle('Q1', 0)).toBe('(230.0 230.0 230.0 020 50.0 27.4 25.0 00000000\r');
    ups.setMains(false, 0);
    ups.setLowBattery(true);
    expect(ups.handle('Q1', 0)).toBe('(000.0 000.0 230.0 020 50.0 21.0 25.0 11000000\r');
  });

  test('does not answer an unknown command, and no command while mute', () => {
    const ups = new MegatecUps();
    expect(ups.handle('I', 0)).toBeUndefined();
    expect(ups.handle('F', 0)).toBeUndefined();
    ups.mute = true;
    expect(ups.handle('Q1', 0)).toBeUndefined();
    ups.handle('S02R0003', 0);
    expect(ups.commands).toEqual([]);
  });

  test('cuts its output after n minutes and restores it m minutes later on mains power', () => {
    const ups = new MegatecUps();
    ups.handle('S02R0003', 0);
    expect(ups.advance(2 * MINUTE - 1)).toEqual([]);
    expect(ups.advance(2 * MINUTE)).toEqual([{ at: 2 * MINUTE, on: false, reason: 'commanded' }]);
    expect(ups.advance(5 * MINUTE - 1)).toEqual([]);
    expect(ups.advance(5 * MINUTE)).toEqual([{ at: 5 * MINUTE, on: true, reason: 'restored' }]);
  });

  test('waits for mains power before it restores its output', () => {
    const ups = new MegatecUps();
    ups.setMains(false, 0);
    ups.handle('S.5R1', 0);
    expect(ups.advance(MINUTE / 2)).toHaveLength(1);
    expect(ups.advance(10 * MINUTE)).toEqual([]);
    ups.setMains(true, 11 * MINUTE);
    expect(ups.advance(11 * MINUTE)).toEqual([{ at: 11 * MINUTE, on: true, reason: 'restored' }]);
  });

  test('stays off after S without R, and on after C', () => {
    const ups = new MegatecUps();
    ups.handle('S1', 0);
    ups.handle('C', 1000);
    expect(ups.advance(MINUTE)).toEqual([]);
    ups.handle('S1', MINUTE);
    expect(ups.advance(2 * MINUTE)).toHaveLength(1);
    expect(ups.advance(100 * MINUTE)).toEqual([]);
    expect(ups.commands.map(({ text }) => text)).toEqual(['S1', 'C', 'S1']);
  });

  test('cuts its output when the battery is empty, and restores it with mains power', () => {
    const ups = new MegatecUps({ batteryMs: 1000 });
    ups.setMains(false, 0);
    expect(ups.advance(1000)).toEqual([{ at: 1000, on: false, reason: 'battery empty' }]);
    ups.setMains(true, 5000);
    expect(ups.advance(5000)).toEqual([{ at: 5000, on: true, reason: 'restored' }]);
  });
});
