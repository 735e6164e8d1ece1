/** The parts of the built-in pages that need no browser. They are plain JavaScript: what they hand out is named here. */
interface Format {
  size(bytes: number): string;
  ago(text: string, now: number): string;
  words(key: string): string;
  time(text: string): string;
  browserName(userAgent: string | null): string;
}
interface Api {
  address(path: string, parameters: Record<string, string>): string;
  ownAddress(next: string | null, origin: string): string;
}

const load = async <Module>(name: string): Promise<Module> => (await import(`./assets/${name}.js`)) as Module;

describe('The texts of the built-in pages', () => {
  let format: Format;
  beforeAll(async () => {
    format = await load('format');
  });

  it('say sizes as disks are sold', () => {
    const sizes = [0, 999, 1_000, 1_834, 482_133, 12_345_678_901, 4_000_787_030_016, 10 ** 21].map((bytes) =>
      format.size(bytes),
    );
    expect(sizes).toEqual(['0 B', '999 B', '1 kB', '1.8 kB', '482 kB', '12.3 GB', '4 TB', '1,000,000 PB']);
  });

  it('say how long ago something was, and the date when that says more', () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    const ago = (text: string): string => format.ago(text, now);
    expect(ago('2026-11-24T11:59:57Z')).toBe('just now');
    expect(ago('2026-11-24T11:57:00Z')).toBe('3 minutes ago');
    expect(ago('2026-11-23T12:00:00Z')).toBe('yesterday');
    expect(ago('2026-11-01T12:00:00Z')).toMatch(/2026/);
  });

  it('leave a text that is not a time unchanged', () => {
    expect(format.time('unknown')).toBe('unknown');
  });

  it('name browsers by what they say of themselves', () => {
    const names = [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
      'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0',
      'curl/8.5.0',
      '',
      null,
    ].map((userAgent) => format.browserName(userAgent));
    expect(names).toEqual([
      'Firefox on Windows',
      'Safari on iPhone',
      'Chrome on Android',
      'Edge on Linux',
      'curl',
      'Unknown program',
      'Unknown program',
    ]);
  });

  it('make words of keys', () => {
    expect(['login_failed', '2fa_enabled'].map((key) => format.words(key))).toEqual([
      'Login failed',
      'Two-factor enabled',
    ]);
  });
});

describe('The addresses of the built-in pages', () => {
  let api: Api;
  beforeAll(async () => {
    api = await load('api');
  });

  it('lead nowhere else after signing in, whatever they claim', () => {
    const origin = 'http://kubarr.lan:8000';
    const next = (text: string | null): string => api.ownAddress(text, origin);
    expect(next('/storage?path=media&page=2')).toBe('/storage?path=media&page=2');
    for (const bad of [
      null,
      '',
      '/login?next=/login',
      'https://evil.example/',
      '//evil.example/x',
      '/\\evil.example',
      '/.//evil.example/x',
      'javascript:alert(1)',
      'http://kubarr.lan:8001/',
      'http://[',
    ]) {
      expect([bad, next(bad)]).toEqual([bad, '/']);
    }
  });
});
