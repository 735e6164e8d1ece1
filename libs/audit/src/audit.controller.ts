import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, Authenticated, CurrentActor, CurrentUser, RequirePermission, type SignedIn } from '@kubarr/access';
import {
  AuditPageResponse,
  AuditLogQuery,
  AuditStatsResponse,
  ClearAuditLogResponse,
  ClearAuditLogRequest,
  ExportAuditLogQuery,
  AuditStatsQuery,
} from './audit.dto.js';
import { AuditExport } from './audit-export.js';
import { AuditService } from './audit.service.js';

@ApiTags('Audit')
@Controller('api/audit')
export class AuditController {
  constructor(
    private readonly audit: AuditService,
    private readonly exports: AuditExport,
  ) {}

  @Get()
  @Authenticated('audit.view')
  @ApiOperation({
    operationId: 'listAuditLogs',
    summary: 'Search the audit log',
    description: 'Needs audit.view, except with user_id = your own account.',
  })
  @ApiOkResponse({ type: AuditPageResponse })
  list(@CurrentUser() reader: SignedIn, @Query() query: AuditLogQuery): Promise<AuditPageResponse> {
    return this.audit.list(reader, query);
  }

  @Get('stats')
  @RequirePermission('audit.view')
  @ApiOperation({ operationId: 'getAuditStats', summary: 'Get audit log statistics' })
  @ApiOkResponse({ type: AuditStatsResponse })
  stats(@Query() query: AuditStatsQuery): Promise<AuditStatsResponse> {
    return this.audit.stats(query);
  }

  @Get('export')
  @RequirePermission('audit.view')
  @ApiOperation({ operationId: 'exportAuditLogs', summary: 'Export matching audit entries as a file' })
  @ApiProduces('text/csv', 'application/jsonl')
  @ApiOkResponse({ description: 'Entries, newest first' })
  export(@Query() { format, ...filter }: ExportAuditLogQuery): StreamableFile {
    return new StreamableFile(Readable.from(this.exports.lines(filter, format), { objectMode: false }), {
      type: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8',
      disposition: `attachment; filename="kubarr-audit.${format}"`,
    });
  }

  @Post('clear')
  @HttpCode(200)
  @RequirePermission('audit.manage')
  @ApiOperation({ operationId: 'clearAuditLogs', summary: 'Delete old audit entries' })
  @ApiOkResponse({ type: ClearAuditLogResponse })
  clear(@CurrentActor() actor: Actor, @Body() body: ClearAuditLogRequest): Promise<ClearAuditLogResponse> {
    return this.audit.clear(actor, body);
  }
}
