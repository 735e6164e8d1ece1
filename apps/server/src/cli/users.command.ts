import { type Config } from '@kubarr/platform/config';
import { UserList, type UserResponse } from '@kubarr/users';
import { withServices } from './command-context.js';
import { printTable } from './print-table.js';

/** Accounts read at once. */
const PAGE = 500;

/** Prints every account with its state and its roles. */
export function listUsers(config: Config): Promise<0> {
  return withServices(config, async (services): Promise<0> => {
    const users = services.get(UserList, { strict: false });
    const rows: string[][] = [];
    for (let skip = 0, size = PAGE; size === PAGE; skip += size) {
      const page = JSON.parse(await users.list({ skip, limit: PAGE })) as UserResponse[];
      size = page.length;
      for (const { id, username, email, roles, is_active, is_approved } of page) {
        const state = !is_approved ? 'waits for approval' : is_active ? 'active' : 'deactivated';
        rows.push([String(id), username, email, state, roles.map(({ name }) => name).join(', ') || '-']);
      }
    }
    if (rows.length === 0) console.log('There is no account yet. Start Kubarr and open the address that it prints.');
    else printTable(['ID', 'USER NAME', 'E-MAIL', 'STATE', 'ROLES'], rows);
    return 0;
  });
}
