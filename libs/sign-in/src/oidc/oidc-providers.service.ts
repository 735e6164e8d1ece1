import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { violatesUnique } from '@kubarr/platform/database';
import { InvalidFields } from '@kubarr/platform/http';
import { SecretBox } from '@kubarr/platform/secrets';
import { DataSource, type EntityManager } from 'typeorm';
import { issuerRefusal } from './issuer-rules.js';
import { LinkedAccount } from './linked-account.entity.js';
import { OidcClients } from './oidc-clients.js';
import {
  type AvailableProviderResponse,
  type CreateOidcProviderRequest,
  type OidcProviderResponse,
  type UpdateOidcProviderRequest,
} from './oidc.dto.js';
import {
  ProviderIncomplete,
  ProviderInUse,
  ProviderIsBuiltIn,
  ProviderNameTaken,
  ProviderNotFound,
  ProviderSecretNeeded,
} from './oidc.errors.js';
import { secretContextOf, SignInProvider } from './sign-in-provider.entity.js';
import { SettingsActions } from '@kubarr/settings';

/** Most providers: a page of buttons, not a directory. */
const MAX_PROVIDERS = 20;

/** Replaces a stored secret in responses; in a request it means: keep the stored one. */
const MASK = '********';

/** Ids that are segments of our own addresses. */
const RESERVED = new Set(['available', 'providers', 'accounts', 'link']);

/** The providers as administrators set them up. */
@Injectable()
export class OidcProvidersService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    private readonly clients: OidcClients,
    private readonly audit: AuditRecorder,
  ) {}

  /** The enabled providers, for the sign-in page. */
  async listAvailable(): Promise<AvailableProviderResponse[]> {
    const rows = await this.repository.find({ where: { isEnabled: true }, order: { createdAt: 'ASC', id: 'ASC' } });
    return rows.map(({ id, name }) => ({ id, name }));
  }

  async list(origin: string): Promise<OidcProviderResponse[]> {
    const rows = await this.repository.find({ order: { createdAt: 'ASC', id: 'ASC' }, take: MAX_PROVIDERS });
    return rows.map((row) => responseOf(row, origin));
  }

  /** @throws ProviderNotFound */
  async findById(id: string, origin: string): Promise<OidcProviderResponse> {
    const row = await this.repository.findOneBy({ id });
    if (!row) throw new ProviderNotFound();
    return responseOf(row, origin);
  }

  /** @throws ProviderNameTaken, ProviderIncomplete, InvalidFields */
  create(actor: Actor, request: CreateOidcProviderRequest, origin: string): Promise<OidcProviderResponse> {
    const { id, name, issuer } = request;
    if (RESERVED.has(id)) throw new ProviderNameTaken();
    assertIssuer(issuer);
    return this.write(actor, id, origin, async (transaction) => {
      if ((await transaction.count(SignInProvider)) >= MAX_PROVIDERS) throw new ProviderNameTaken();
      await transaction.insert(SignInProvider, { id, name, issuer }).catch((error: unknown) => {
        throw violatesUnique(error, 'pk_sign_in_providers') ? new ProviderNameTaken() : error;
      });
      return request;
    });
  }

  /**
   * Fields that are left out stay as they are.
   *
   * @throws ProviderNotFound, ProviderIncomplete, ProviderIsBuiltIn, ProviderSecretNeeded, InvalidFields
   */
  update(actor: Actor, id: string, request: UpdateOidcProviderRequest, origin: string): Promise<OidcProviderResponse> {
    if (request.issuer !== undefined) assertIssuer(request.issuer);
    return this.write(actor, id, origin, () => Promise.resolve(request));
  }

  /** @throws ProviderNotFound, ProviderIsBuiltIn, ProviderInUse */
  async remove(actor: Actor, id: string): Promise<{ message: string }> {
    await this.dataSource.transaction(async (transaction) => {
      const row = await this.lock(transaction, id);
      if (row.isBuiltIn) throw new ProviderIsBuiltIn();
      const links = await transaction.countBy(LinkedAccount, { providerId: id });
      if (links > 0) throw new ProviderInUse(links);
      await transaction.delete(SignInProvider, { id });
      await this.record(transaction, actor, id, { removed: { name: row.name, issuer: row.issuer } });
    });
    return { message: `${id} removed` };
  }

  private get repository() {
    return this.dataSource.getRepository(SignInProvider);
  }

  private write(
    actor: Actor,
    id: string,
    origin: string,
    prepare: (transaction: EntityManager) => Promise<UpdateOidcProviderRequest>,
  ): Promise<OidcProviderResponse> {
    return this.dataSource.transaction(async (transaction) => {
      const request = await prepare(transaction);
      const before = await this.lock(transaction, id);
      if (before.isBuiltIn && (request.name ?? before.name) !== before.name) throw new ProviderIsBuiltIn();
      if (before.isBuiltIn && (request.issuer ?? before.issuer) !== before.issuer) throw new ProviderIsBuiltIn();
      const { client_secret: secret } = request;
      const isNewSecret = secret !== undefined && secret !== '' && secret !== MASK;
      const after = {
        name: request.name ?? before.name,
        issuer: request.issuer ?? before.issuer,
        clientId: (request.client_id ?? before.clientId) || null,
        sealedClientSecret: isNewSecret ? this.box.seal(secret, secretContextOf(id)) : before.sealedClientSecret,
        isEnabled: request.enabled ?? before.isEnabled,
      };
      // Otherwise a caller who does not know the stored secret could have it sent to a server of their choice.
      if (after.issuer !== before.issuer && before.sealedClientSecret && !isNewSecret) throw new ProviderSecretNeeded();
      if (after.isEnabled && !(after.clientId && after.sealedClientSecret)) throw new ProviderIncomplete();
      await transaction.update(SignInProvider, { id }, { ...after, updatedAt: () => 'now()' });
      await this.record(transaction, actor, id, changesBetween(before, after));
      return responseOf({ ...before, ...after }, origin);
    });
  }

  private async lock(transaction: EntityManager, id: string): Promise<SignInProvider> {
    const row = await transaction.findOne(SignInProvider, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row) throw new ProviderNotFound();
    return row;
  }

  private async record(
    transaction: EntityManager,
    actor: Actor,
    id: string,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.clients.invalidate(transaction, id);
    await this.audit.record(transaction, actor, {
      action: SettingsActions.changed,
      resourceId: `oauth_provider:${id}`,
      details: { setting: `oauth_provider:${id}`, ...details },
    });
  }
}

function assertIssuer(issuer: string): void {
  const message = issuerRefusal(issuer);
  if (message) throw new InvalidFields([{ path: 'issuer', message }]);
}

type Changeable = Pick<SignInProvider, 'name' | 'issuer' | 'clientId' | 'sealedClientSecret' | 'isEnabled'>;

/** Old and new of each changed field; of the secret only that it changed. */
function changesBetween(before: Changeable, after: Changeable): Record<string, unknown> {
  const fields = { name: 'name', issuer: 'issuer', clientId: 'client_id', isEnabled: 'enabled' } as const;
  const changed = Object.entries(fields).flatMap(([key, field]) => {
    const [old, now] = [before[key as keyof typeof fields], after[key as keyof typeof fields]];
    return old === now ? [] : [[field, { old, new: now }] as const];
  });
  const isNewSecret = before.sealedClientSecret !== after.sealedClientSecret;
  return { ...Object.fromEntries(changed), ...(isNewSecret && { client_secret: 'replaced' }) };
}

const responseOf = (row: SignInProvider, origin: string): OidcProviderResponse => ({
  id: row.id,
  name: row.name,
  enabled: row.isEnabled,
  client_id: row.clientId,
  has_secret: row.sealedClientSecret !== null,
  issuer: row.issuer,
  is_built_in: row.isBuiltIn,
  redirect_uri: redirectUri(origin, row.id),
});

/** Where a provider sends people back to. */
export const redirectUri = (origin: string, id: string): string => `${origin}/api/oauth/${id}/callback`;
