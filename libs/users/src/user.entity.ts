import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A person who can sign in. Names and addresses are unique without regard to case, by indexes the migration makes. */
@Entity('users')
@Check('ck_users_username', 'char_length(username) BETWEEN 1 AND 254')
@Check('ck_users_email', 'char_length(email) BETWEEN 3 AND 254')
@Index('uq_users_username', { synchronize: false })
@Index('uq_users_email', { synchronize: false })
export class User {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'pk_users',
  })
  id!: number;

  @Column({ type: 'text' })
  username!: string;

  @Column({ type: 'text' })
  email!: string;

  /** argon2id in its usual text form. Left out of every query that does not ask for it. */
  @Column({ name: 'password_hash', type: 'text', select: false })
  passwordHash!: string;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  isActive!: boolean;

  /** False = waits for an administrator. */
  @Column({ name: 'is_approved', type: 'boolean', default: false })
  isApproved!: boolean;

  /** Sessions that began before this moment have ended; `null` = none has. */
  @Column({ name: 'sessions_valid_after', type: 'timestamptz', nullable: true })
  sessionsValidAfter!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}
