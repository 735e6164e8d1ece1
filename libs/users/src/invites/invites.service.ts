import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { DataSource } from 'typeorm';
import { type MessageResponse } from '../user-response.js';
import { InviteNotFound, TooManyInvites } from '../users.errors.js';
import { hashOf, hintOf, newInviteCode } from './invite-code.js';
import { IS_USABLE } from './invite-redemption.js';
import { Invite } from './invite.entity.js';
import { type CreateInviteRequest, type InviteResponse } from './invites.dto.js';
import { InviteActions } from '../users.actions.js';

/** Most open invites, and most invites in one answer. */
const MAX_OPEN = 200;
const MAX_LISTED = 500;

const DEFAULT_DAYS = 7;

/** Creates and revokes invites. Using one is part of a registration, see `InviteRedemption`. */
@Injectable()
export class InvitesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditRecorder,
  ) {}

  /** Newest first, without their codes, of which only hashes are stored. */
  async list(): Promise<InviteResponse[]> {
    const invites = await this.dataSource.getRepository(Invite).find({
      relations: { createdBy: true, usedBy: true },
      order: { id: 'DESC' },
      take: MAX_LISTED,
    });
    return invites.map((invite) => responseOf(invite, `${invite.codeHint}…`));
  }

  /** The only answer that contains the code. @throws TooManyInvites */
  async create(actor: Actor, request: CreateInviteRequest): Promise<InviteResponse> {
    const days = request.expires_in_days ?? DEFAULT_DAYS;
    const code = newInviteCode();
    return this.dataSource.transaction(async (transaction) => {
      const open = await transaction.createQueryBuilder(Invite, 'invite').where(IS_USABLE).getCount();
      if (open >= MAX_OPEN) throw new TooManyInvites(MAX_OPEN);
      const { identifiers } = await transaction.insert(Invite, {
        codeHash: hashOf(code),
        codeHint: hintOf(code),
        createdById: actor.userId,
        ...(days > 0 && { expiresAt: () => `now() + interval '${days} days'` }),
      });
      const { id } = identifiers[0] as { id: number };
      const invite = await transaction.findOneOrFail(Invite, {
        where: { id },
        relations: { createdBy: true, usedBy: true },
      });
      await this.audit.record(transaction, actor, {
        action: InviteActions.created,
        resourceId: id,
        details: { expires_at: invite.expiresAt },
      });
      return responseOf(invite, code);
    });
  }

  /** @throws InviteNotFound */
  async remove(actor: Actor, id: number): Promise<MessageResponse> {
    await this.dataSource.transaction(async (transaction) => {
      const { affected } = await transaction.delete(Invite, { id });
      if (!affected) throw new InviteNotFound();
      await this.audit.record(transaction, actor, { action: InviteActions.deleted, resourceId: id });
    });
    return { message: 'The invite was removed; its link does not work any more' };
  }
}

function responseOf(invite: Invite, code: string): InviteResponse {
  return {
    id: invite.id,
    code,
    created_by_username: invite.createdBy?.username ?? 'Unknown',
    used_by_username: invite.usedBy?.username ?? null,
    is_used: invite.usedAt !== null,
    expires_at: invite.expiresAt?.toISOString() ?? null,
    created_at: invite.createdAt.toISOString(),
    used_at: invite.usedAt?.toISOString() ?? null,
  };
}
