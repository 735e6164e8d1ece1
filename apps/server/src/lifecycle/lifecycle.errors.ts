import { KubarrError } from '@kubarr/platform/errors';

export class PortTaken extends KubarrError {
  readonly code = 'server.port-taken';
  readonly kind = 'conflict';
  constructor(host: string, port: number, systemCode: string, cause: unknown) {
    const reason = {
      EADDRINUSE: `Another process listens on ${host}:${port}; stop it, or set KUBARR_PORT to another port.`,
      EACCES: `This user may not listen on port ${port}; set KUBARR_PORT to one above 1023.`,
    }[systemCode];
    super(reason ?? `${host} is not an address of this machine; set KUBARR_HOST to one that is.`, { cause });
  }
}
