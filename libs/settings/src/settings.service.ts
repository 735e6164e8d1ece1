import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { PUBLIC_SETTINGS, publicSetting, type SettingDefinition } from './settings-catalogue.js';
import { type SettingAnswer, type SettingsAnswer } from './settings.dto.js';
import { SettingNotFound, SettingValueNotAllowed, UnknownSetting } from './settings.errors.js';
import { Settings } from './settings.js';

/** The public settings, as administrators see them. */
@Injectable()
export class SettingsService {
  constructor(private readonly settings: Settings) {}

  async list(): Promise<SettingsAnswer> {
    const values = await this.settings.all();
    const answers = PUBLIC_SETTINGS.map((setting) => [setting.key, answerOf(setting, values[setting.key])] as const);
    return { settings: Object.fromEntries(answers) };
  }

  /** @throws SettingNotFound for every key that is not public, whether or not it exists. */
  async one(key: string): Promise<SettingAnswer> {
    const setting = publicSetting(key);
    if (!setting) throw new SettingNotFound();
    return answerOf(setting, (await this.settings.all())[key]);
  }

  async change(actor: Actor, key: string, text: string): Promise<SettingAnswer> {
    const setting = publicSetting(key);
    if (!setting) throw new UnknownSetting();
    const value = setting.parse(text);
    if (value === undefined) throw new SettingValueNotAllowed(key, setting.allowed);
    await this.settings.change(actor, setting.key, value);
    return answerOf(setting, value);
  }
}

function answerOf(setting: SettingDefinition, value: string | undefined): SettingAnswer {
  return { key: setting.key, value: value ?? setting.fallback, description: setting.description };
}
