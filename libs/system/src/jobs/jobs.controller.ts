import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, Authenticated, CurrentActor, CurrentUser, RequirePermission, type SignedIn } from '@kubarr/access';
import {
  JobDetailsResponse,
  JobOutputQuery,
  JobParams,
  JobResponse,
  JobsQuery,
  JobsResponse,
  ScheduledJobParams,
  ScheduledJobResponse,
} from './jobs.dto.js';
import { JobsService } from './jobs.service.js';

@ApiTags('Jobs')
@Controller('api/jobs')
export class JobsController {
  constructor(private readonly jobs: JobsService) {}

  @Get()
  @Authenticated('settings.manage')
  @ApiOperation({
    operationId: 'listJobs',
    summary: 'List jobs, newest first',
    description: 'Without settings.manage: only jobs that you requested.',
  })
  @ApiOkResponse({ type: JobsResponse })
  list(@CurrentUser() reader: SignedIn, @Query() query: JobsQuery): Promise<JobsResponse> {
    return this.jobs.list(reader, query);
  }

  @Get('periodic')
  @RequirePermission('settings.manage')
  @ApiOperation({ operationId: 'listPeriodicJobs', summary: 'List scheduled jobs and how their last run ended' })
  @ApiOkResponse({ type: [ScheduledJobResponse] })
  periodic(): Promise<ScheduledJobResponse[]> {
    return this.jobs.periodic();
  }

  @Post('periodic/:name/run')
  @HttpCode(200)
  @RequirePermission('settings.manage')
  @ApiOperation({
    operationId: 'runPeriodicJob',
    summary: 'Run a scheduled job now',
    description: 'Enqueues a run and returns its job; only for jobs that run once for all replicas.',
  })
  @ApiOkResponse({ type: JobResponse })
  runNow(@CurrentActor() actor: Actor, @Param() { name }: ScheduledJobParams): Promise<JobResponse> {
    return this.jobs.runNow(actor, name);
  }

  @Get(':id')
  @Authenticated('settings.manage')
  @ApiOperation({
    operationId: 'getJob',
    summary: 'Get a job with its output',
    description: 'Without settings.manage: only a job that you requested.',
  })
  @ApiOkResponse({ type: JobDetailsResponse })
  get(
    @CurrentUser() reader: SignedIn,
    @Param() { id }: JobParams,
    @Query() query: JobOutputQuery,
  ): Promise<JobDetailsResponse> {
    return this.jobs.get(reader, id, query);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Authenticated('settings.manage')
  @ApiOperation({
    operationId: 'cancelJob',
    summary: 'Cancel a job; a running one stops as soon as it can',
    description: 'Without settings.manage: only a job that you requested.',
  })
  @ApiOkResponse({ type: JobResponse })
  cancel(
    @CurrentActor() actor: Actor,
    @CurrentUser() reader: SignedIn,
    @Param() { id }: JobParams,
  ): Promise<JobResponse> {
    return this.jobs.cancel(actor, reader, id);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @RequirePermission('settings.manage')
  @ApiOperation({
    operationId: 'retryJob',
    summary: 'Retry a failed or cancelled job',
  })
  @ApiOkResponse({ type: JobResponse })
  retry(
    @CurrentActor() actor: Actor,
    @CurrentUser() reader: SignedIn,
    @Param() { id }: JobParams,
  ): Promise<JobResponse> {
    return this.jobs.retry(actor, reader, id);
  }
}
