import { execFileSync } from 'node:child_process';
import { tarHeader, tarPadding, TAR_BLOCK, TAR_END } from './tar-header.js';

const member = { path: Buffer.from('file'), isDirectory: false, size: 0, mode: 0o644, modified: 1_771_659_000 };
const listed = (...parts: Buffer[]): string =>
  execFileSync('tar', ['--utc', '--full-time', '-tvf', '-'], {
    input: Buffer.concat([...parts, TAR_END]),
    encoding: 'utf8',
    stdio: 'pipe',
  });

describe('A header in a tar archive', () => {
  it('is read by tar, with mode, size and time', () => {
    const text = listed(tarHeader({ ...member, size: 3 }), Buffer.from('abc'), tarPadding(3));
    expect(text).toMatch(/^-rw-r--r-- 0\/0 +3 2026-02-21 07:30:00 file\n$/);
    expect(listed(tarHeader({ ...member, isDirectory: true }))).toMatch(/^drw-r--r-- .* file\/\n$/);
  });

  it.each([99, 100, 101, 155, 255, 512, 513, 4_000])('takes a path of %i bytes', (length) => {
    const path = Buffer.from('n/'.repeat(length).slice(0, length - 1) + 'x');
    expect(listed(tarHeader({ ...member, path }))).toContain(` ${path.toString()}\n`);
  });

  it('preserves names that are not UTF-8', () => {
    const path = Buffer.from([0x66, 0xff, 0x80]);
    expect(listed(tarHeader({ ...member, path }))).toContain('f\\377\\200');
  });

  it('encodes sizes beyond 8 GiB', () => {
    for (const size of [8 ** 11 - 1, 8 ** 11, 5e12]) {
      const header = tarHeader({ ...member, size });
      expect(header).toHaveLength(TAR_BLOCK);
      // Its content is missing, so tar fails after it has listed the name.
      const text = (() => {
        try {
          return listed(header);
        } catch (error) {
          return (error as { stdout: string }).stdout;
        }
      })();
      expect(text).toContain(` ${size} `);
    }
  });
});
