import { Progress } from '../../lib/live/progress';

describe('progress on a terminal', () => {
  test('is one line, drawn in place and cleared at the end', async () => {
    jest.useFakeTimers();
    let written = '';
    const out = {
      columns: 80,
      write: (text: string) => {
        written += text;
        return true;
      },
    } as NodeJS.WriteStream;
    const work = new Promise<void>((resolve) => {
      setTimeout(resolve, 3000);
    });
    const done = new Progress(out, true).during(() => 'waiting', work);
    await jest.advanceTimersByTimeAsync(1900);
    expect(written).toBe('');
    await jest.advanceTimersByTimeAsync(1200);
    await done;
    jest.useRealTimers();
    expect(written).toMatch(/^\.\.\. waiting, 2 s/);
    expect(written).not.toContain('\n');
    expect(written.endsWith('\r\x1b[K')).toBe(true);
  });
});
