import { type DynamicModule, Global, Module } from '@nestjs/common';
import { KeyRing } from './key-ring.js';
import { PasswordHasher } from './password-hasher.js';
import { SecretBox } from './secret-box.js';

@Global()
@Module({})
export class SecretsModule {
  /** Each key has 32 bytes. Older keys only open. */
  static forRoot(currentKey: Buffer, olderKeys: readonly Buffer[] = []): DynamicModule {
    const keys = new KeyRing(currentKey, olderKeys);
    return {
      module: SecretsModule,
      providers: [
        { provide: KeyRing, useValue: keys },
        { provide: SecretBox, useFactory: () => new SecretBox(keys) },
        { provide: PasswordHasher, useFactory: () => new PasswordHasher() },
      ],
      exports: [KeyRing, SecretBox, PasswordHasher],
    };
  }
}
