import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { SettingResponse, SettingParams, SettingsResponse, UpdateSettingRequest } from './settings.dto.js';
import { SettingsService } from './settings.service.js';

@ApiTags('Settings')
@Controller('api/settings')
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  @Get()
  @RequirePermission('settings.view')
  @ApiOperation({ operationId: 'listSettings', summary: 'List the public settings' })
  @ApiOkResponse({ type: SettingsResponse })
  list(): Promise<SettingsResponse> {
    return this.settings.list();
  }

  @Get(':key')
  @RequirePermission('settings.view')
  @ApiOperation({ operationId: 'getSetting', summary: 'Get a public setting' })
  @ApiOkResponse({ type: SettingResponse })
  find(@Param() { key }: SettingParams): Promise<SettingResponse> {
    return this.settings.find(key);
  }

  @Put(':key')
  @RequirePermission('settings.manage')
  @ApiOperation({ operationId: 'updateSetting', summary: 'Change a public setting' })
  @ApiOkResponse({ type: SettingResponse })
  change(
    @CurrentActor() actor: Actor,
    @Param() { key }: SettingParams,
    @Body() { value }: UpdateSettingRequest,
  ): Promise<SettingResponse> {
    return this.settings.change(actor, key, value);
  }
}
