import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, Authenticated, CurrentActor, CurrentUser, RequirePermission, type SignedIn } from '@kubarr/access';
import { AuditLogPage, AuditQuery, AuditStats, ClearAnswer, ClearRequest, StatsQuery } from './audit.dto.js';
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

  @Get('stats')
  @RequirePermission('audit.view')
  @ApiOperation({ operationId: 'getAuditStats', summary: 'Counts over the audit log' })
  @ApiOkResponse({ type: AuditStats })
  stats(@Query() query: StatsQuery): Promise<AuditStats> {
    return this.audit.stats(query);
  }

  @Post('clear')
  @HttpCode(200)
  @RequirePermission('audit.manage')
  @ApiOperation({ operationId: 'clearAuditLogs', summary: 'Delete old audit entries' })
  @ApiOkResponse({ type: ClearAnswer })
  clear(@CurrentActor() actor: Actor, @Body() body: ClearRequest): Promise<ClearAnswer> {
    return this.audit.clear(actor, body);
  }
}
