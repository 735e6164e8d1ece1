import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** An OpenID Connect provider that people may sign in with. Google and Microsoft are there from the start, switched off. */
@Entity('sign_in_providers')
@Check('ck_sign_in_providers_id', "id ~ '^[a-z][a-z0-9-]{1,31}$'")
@Check('ck_sign_in_providers_enabled', 'NOT is_enabled OR (client_id IS NOT NULL AND sealed_client_secret IS NOT NULL)')
export class SignInProvider {
  /** Part of the redirect URI. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_sign_in_providers' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  /** The discovery document is at `<issuer>/.well-known/openid-configuration`. */
  @Column({ type: 'text' })
  issuer!: string;

  /** Google and Microsoft: their issuer is fixed, and they cannot be removed. */
  @Column({ name: 'is_built_in', type: 'boolean', default: false })
  isBuiltIn!: boolean;

  @Column({ name: 'is_enabled', type: 'boolean', default: false })
  isEnabled!: boolean;

  @Column({ name: 'client_id', type: 'text', nullable: true })
  clientId!: string | null;

  @Column({ name: 'sealed_client_secret', type: 'text', nullable: true })
  sealedClientSecret!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}

/** What the stored client secret of a provider is sealed for. */
export const secretContextOf = (id: string) => ({
  table: 'sign_in_providers',
  column: 'sealed_client_secret',
  row: id,
});
