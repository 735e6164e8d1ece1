import { defineActions } from '@kubarr/audit';

/** Agreed with the web client; recorded once the area `releases` exists, which then declares them. */
export const AppActions = defineActions(
  { resource: 'app', audience: 'administrators' },
  {
    installed: 'app_installed',
    uninstalled: 'app_uninstalled',
    started: { key: 'app_started', audience: 'nobody' },
    stopped: { key: 'app_stopped', audience: 'nobody' },
    restarted: 'app_restarted',
    configured: { key: 'app_configured', audience: 'nobody' },
    accessed: 'app_accessed',
  },
);
