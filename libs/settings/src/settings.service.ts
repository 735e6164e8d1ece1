import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { type Setting, SettingCatalogue } from './setting.js';
import { type SettingResponse, type SettingsResponse } from './settings.dto.js';
import { SettingNotFound, SettingValueNotAllowed, UnknownSetting } from './settings.errors.js';
import { Settings } from './settings.js';

/** The public settings, as administrators see them. */
@Injectable()
export class SettingsService {
  constructor(
    private readonly catalogue: SettingCatalogue,
    private readonly settings: Settings,
  ) {}

  async list(): Promise<SettingsResponse> {
    const responses = await Promise.all(this.catalogue.public.map((setting) => this.read(setting)));
    return { settings: Object.fromEntries(responses.map((response) => [response.key, response])) };
  }

  /** @throws SettingNotFound for every key that is not public, whether or not it exists. */
  async find(key: string): Promise<SettingResponse> {
    const setting = this.catalogue.findPublic(key);
    if (!setting) throw new SettingNotFound();
    return this.read(setting);
  }

  /** @throws UnknownSetting, SettingValueNotAllowed */
  async change(actor: Actor, key: string, text: string): Promise<SettingResponse> {
    const setting = this.catalogue.findPublic(key);
    if (!setting) throw new UnknownSetting();
    const value = setting.parse(text);
    if (value === undefined) throw new SettingValueNotAllowed(key, setting.allowed);
    await this.settings.set(actor, setting, value);
    return settingResponse(setting, value);
  }

  private async read(setting: Setting): Promise<SettingResponse> {
    return settingResponse(setting, await this.settings.get(setting));
  }
}

function settingResponse({ key, description }: Setting, value: string | boolean): SettingResponse {
  return { key, value: String(value), description };
}
