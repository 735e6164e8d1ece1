import { isOwnName, partBeside, storagePath } from './storage-path.js';

describe('A path in the storage', () => {
  it.each(['.kubarr-trash', 'media/.kubarr-part-1', '.kubarr-', '.KUBARR-x', '.\u212aubarr-x', '.ｋubarr-x'])(
    'cannot be %s',
    (text) => {
      expect(() => storagePath(text)).toThrow(/reserved for Kubarr/);
    },
  );

  it.each(['.kubarr', 'kubarr-x', 'x.kubarr-', '.hidden'])('can be %s', (text) => {
    expect(storagePath(text).text).toBe(text);
  });

  it('has a part file in its folder that listings leave out, also for the longest name', () => {
    const part = partBeside(storagePath(`media/${'n'.repeat(255)}`), '3b241101-e2bb-4255-8caf-4136c566a962');
    expect(part.text).toBe('media/.kubarr-part-3b241101-e2bb-4255-8caf-4136c566a962');
    expect(isOwnName(part.name)).toBe(true);
  });
});
