import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, RequirePermission } from '@kubarr/access';
import { SettingAnswer, SettingParameter, SettingsAnswer, SettingUpdate } from './settings.dto.js';
import { SettingsService } from './settings.service.js';

@ApiTags('Settings')
@Controller('api/settings')
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  @Get()
  @RequirePermission('settings.view')
  @ApiOperation({ operationId: 'listSettings', summary: 'All public settings' })
  @ApiOkResponse({ type: SettingsAnswer })
  list(): Promise<SettingsAnswer> {
    return this.settings.list();
  }

  @Get(':key')
  @RequirePermission('settings.view')
  @ApiOperation({ operationId: 'getSetting', summary: 'One public setting' })
  @ApiOkResponse({ type: SettingAnswer })
  one(@Param() { key }: SettingParameter): Promise<SettingAnswer> {
    return this.settings.one(key);
  }

  @Put(':key')
  @RequirePermission('settings.manage')
  @ApiOperation({ operationId: 'updateSetting', summary: 'Change a public setting' })
  @ApiOkResponse({ type: SettingAnswer })
  change(
    @CurrentActor() actor: Actor,
    @Param() { key }: SettingParameter,
    @Body() { value }: SettingUpdate,
  ): Promise<SettingAnswer> {
    return this.settings.change(actor, key, value);
  }
}
