import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { Installation } from './installation.js';
import { SETUP_COOKIE, SETUP_HEADER, SetupAccess } from './setup-access.js';
import { SetupFinished, SetupTokenMissing } from './setup.errors.js';

/** Admits requests with the one-time token to the setup routes, until the setup is finished. */
@Injectable()
export class SetupGuard implements CanActivate {
  constructor(
    private readonly installation: Installation,
    private readonly access: SetupAccess,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { cookies, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    await this.assertOpen(cookies[SETUP_COOKIE] ?? String(headers[SETUP_HEADER] ?? ''));
    return true;
  }

  /** @throws SetupFinished, SetupTokenMissing, DatabaseUnavailable */
  async assertOpen(token: string | undefined): Promise<void> {
    if (await this.installation.isComplete()) throw new SetupFinished();
    if (!(await this.access.accepts(token))) throw new SetupTokenMissing();
  }
}
