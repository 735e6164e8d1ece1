import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The secret of an account's authenticator app, in effect once a code has proved that the app has it. */
@Entity('totp_secrets')
export class TotpSecret {
  /** The account; a foreign key by name only (`fk_totp_secrets_user`), because accounts belong to another area. */
  @PrimaryColumn({ name: 'user_id', type: 'bigint', primaryKeyConstraintName: 'pk_totp_secrets' })
  userId!: number;

  /** Base32, sealed. */
  @Column({ name: 'sealed_secret', type: 'text' })
  sealedSecret!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  /** `null` = not confirmed, and not in effect. */
  @Column({ name: 'confirmed_at', type: 'timestamptz', nullable: true })
  confirmedAt!: Date | null;

  /** The 30-second step of the last accepted code: no code of this step or an earlier one is accepted again. */
  @Column({ name: 'last_step', type: 'bigint', nullable: true })
  lastStep!: number | null;
}
