import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A day (UTC) that is over, and its seal once every transaction of that day has ended. */
@Entity('audit_seals')
@Check('ck_audit_seals_whole', 'num_nulls(events, digest, seal, sealed_at) IN (0, 4)')
export class AuditSeal {
  @PrimaryColumn({ type: 'date', primaryKeyConstraintName: 'pk_audit_seals' })
  day!: string;

  /** A transaction id that no writer of that day exceeds. */
  @Column({ name: 'closing_transaction', type: 'xid8' as 'text' })
  closingTransaction!: string;

  @Column({ type: 'bigint', nullable: true })
  events!: number | null;

  /** SHA-256 over the entries in canonical form, in hexadecimal. */
  @Column({ type: 'text', nullable: true })
  digest!: string | null;

  /** HMAC over day, number, digest and the seal of the day before, in hexadecimal. */
  @Column({ type: 'text', nullable: true })
  seal!: string | null;

  @Column({ name: 'sealed_at', type: 'timestamptz', nullable: true })
  sealedAt!: Date | null;
}
