import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The seed of an account's authenticator app. It counts once a code has proved that the app has it. */
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

  /** `null` = not proved yet, and of no effect. */
  @Column({ name: 'confirmed_at', type: 'timestamptz', nullable: true })
  confirmedAt!: Date | null;

  /** The 30-second step of the last code that was taken: no code of it, nor of an earlier one, is taken again. */
  @Column({ name: 'last_step', type: 'bigint', nullable: true })
  lastStep!: number | null;
}
