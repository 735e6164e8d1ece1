import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { Authenticated, CurrentUser, type SignedIn } from '@kubarr/access';
import { AuditLogPage, AuditQuery } from './audit.dto.js';
import { AuditService } from './audit.service.js';

@ApiTags('Audit')
@Controller('api/audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @Authenticated('audit.view')
  @ApiOperation({
    operationId: 'listAuditLogs',
    summary: 'Search the audit log',
    description: 'Needs audit.view, except for one’s own entries (user_id = the caller).',
  })
  @ApiOkResponse({ type: AuditLogPage })
  list(@CurrentUser() reader: SignedIn, @Query() query: AuditQuery): Promise<AuditLogPage> {
    return this.audit.list(reader, query);
  }
}
