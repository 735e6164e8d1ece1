import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, Authenticated, CurrentActor, CurrentUser, RequirePermission, type SignedIn } from '@kubarr/access';
import { JobAnswer, JobDetail, JobId, JobOutputQuery, JobPage, JobsQuery, PeriodicJobAnswer } from './jobs.dto.js';
import { JobsService } from './jobs.service.js';

@ApiTags('Jobs')
@Controller('api/jobs')
export class JobsController {
  constructor(private readonly jobs: JobsService) {}

  @Get()
  @Authenticated('settings.manage')
  @ApiOperation({
    operationId: 'listJobs',
    summary: 'Work that is done outside requests, newest first',
    description: 'Everybody sees what they asked for themselves; all jobs need settings.manage.',
  })
  @ApiOkResponse({ type: JobPage })
  list(@CurrentUser() reader: SignedIn, @Query() query: JobsQuery): Promise<JobPage> {
    return this.jobs.list(reader, query);
  }

  @Get('periodic')
  @RequirePermission('settings.manage')
  @ApiOperation({ operationId: 'listPeriodicJobs', summary: 'Work that repeats, and how it went last' })
  @ApiOkResponse({ type: [PeriodicJobAnswer] })
  periodic(): Promise<PeriodicJobAnswer[]> {
    return this.jobs.periodic();
  }

  @Get(':id')
  @Authenticated('settings.manage')
  @ApiOperation({
    operationId: 'getJob',
    summary: 'One job with its output',
    description: 'One’s own, or any with settings.manage.',
  })
  @ApiOkResponse({ type: JobDetail })
  get(@CurrentUser() reader: SignedIn, @Param() { id }: JobId, @Query() query: JobOutputQuery): Promise<JobDetail> {
    return this.jobs.get(reader, id, query);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Authenticated('settings.manage')
  @ApiOperation({
    operationId: 'cancelJob',
    summary: 'Stop a job; a running one ends as soon as it can',
    description: 'One’s own, or any with settings.manage.',
  })
  @ApiOkResponse({ type: JobAnswer })
  cancel(@CurrentUser() reader: SignedIn, @CurrentActor() actor: Actor, @Param() { id }: JobId): Promise<JobAnswer> {
    return this.jobs.cancel(reader, actor, id);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @RequirePermission('settings.manage')
  @ApiOperation({
    operationId: 'retryJob',
    summary: 'Try a failed or cancelled job again',
  })
  @ApiOkResponse({ type: JobAnswer })
  retry(@CurrentUser() reader: SignedIn, @CurrentActor() actor: Actor, @Param() { id }: JobId): Promise<JobAnswer> {
    return this.jobs.retry(reader, actor, id);
  }
}
