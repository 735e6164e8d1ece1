import { type Config } from '@kubarr/platform/config';
import { Profiles } from '@kubarr/users';
import { withServices } from './command-context.js';
import { printTable } from './print-table.js';

/** Accounts read at once. */
const PAGE = 500;

/** Prints every account: what it is called, what it may do, and what keeps it from signing in. */
export function listUsers(config: Config): Promise<0> {
  return withServices(config, async (services): Promise<0> => {
    const profiles = services.get(Profiles, { strict: false });
    const rows: string[][] = [];
    for (let skip = 0, size = PAGE; size === PAGE; skip += size) {
      const page = await profiles.list({ skip, limit: PAGE, waiting: false });
      size = page.length;
      for (const { id, username, email, roles, isActive, isApproved } of page) {
        const state = !isApproved ? 'waits for approval' : isActive ? 'active' : 'deactivated';
        rows.push([String(id), username, email, state, roles.map(({ name }) => name).join(', ') || '-']);
      }
    }
    if (rows.length === 0) console.log('There is no account yet. Start Kubarr and open the address that it prints.');
    else printTable(['ID', 'USER NAME', 'E-MAIL', 'STATE', 'ROLES'], rows);
    return 0;
  });
}
