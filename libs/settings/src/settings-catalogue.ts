/** One setting, as data. Values are stored as text. */
export interface SettingDefinition {
  readonly key: string;
  readonly fallback: string;
  readonly description: string;
  /** The stored form of a value that someone sent, or `undefined` when it is not allowed. */
  readonly parse: (text: string) => string | undefined;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** Only public settings can be read and written over HTTP. */
  readonly isPublic: boolean;
}

const YES = /^(true|1|yes)$/i;
const NO = /^(false|0|no)$/i;

const yesOrNo = (key: string, fallback: 'true' | 'false', description: string) =>
  ({
    key,
    fallback,
    description,
    parse: (text: string) => (YES.test(text.trim()) ? 'true' : NO.test(text.trim()) ? 'false' : undefined),
    allowed: 'true or false',
    isPublic: true,
  }) as const;

/** Every setting of the product. */
export const SETTINGS = [
  yesOrNo('registration_enabled', 'true', 'Anyone may register; when off only invites work'),
  yesOrNo('registration_require_approval', 'true', 'New registrations wait for an administrator'),
  {
    key: 'storage_path',
    fallback: '',
    description: 'Folder of the file browser, chosen in the set-up',
    parse: (text: string) => (text.startsWith('/') ? text : undefined),
    allowed: 'an absolute path',
    isPublic: false,
  },
] as const satisfies readonly SettingDefinition[];

export type SettingKey = (typeof SETTINGS)[number]['key'];

export const PUBLIC_SETTINGS: readonly SettingDefinition[] = SETTINGS.filter((setting) => setting.isPublic);

export const publicSetting = (key: string): SettingDefinition | undefined =>
  PUBLIC_SETTINGS.find((setting) => setting.key === key);
