import { describe, expect, it } from '@jest/globals';
import { preferredUser } from './server-user.js';

const nobody = 'nobody:x:65534:65533:nobody:/:/usr/sbin/nologin';

describe('preferredUser', () => {
  it('prefers a user kubarr to nobody', () => {
    expect(preferredUser(`root:x:0:0::/root:/bin/sh\n${nobody}\nkubarr:x:990:991::/:/bin/false\n`)).toEqual({
      uid: 990,
      gid: 991,
    });
    expect(preferredUser(`root:x:0:0::/root:/bin/sh\n${nobody}\n`)).toEqual({ uid: 65534, gid: 65533 });
  });

  it('takes neither root under another name nor a line that it cannot read', () => {
    expect(preferredUser(`kubarr:x:0:0::/:/bin/false\n${nobody}`)?.uid).toBe(65534);
    expect(preferredUser('kubarr\nnobody:*:-2:-2::/:/usr/bin/false')).toBeUndefined();
    expect(preferredUser('')).toBeUndefined();
  });
});
