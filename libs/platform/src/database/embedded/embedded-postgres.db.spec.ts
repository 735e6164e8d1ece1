import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../../../../../test/support/test-database.js';

describe('a test database', () => {
  it('knows capitals beyond ASCII and belongs to the role that the product has', async () => {
    const { target, drop } = await createTestDatabase();
    const client = new pg.Client({ ...target });
    await client.connect();
    const { rows } = await client.query("select lower('É') as l, current_user as u");
    expect(rows).toEqual([{ l: 'é', u: 'kubarr' }]);
    await client.end();
    await drop();
  });
});
