import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation, Unique } from 'typeorm';
import { SignInProvider } from './sign-in-provider.entity.js';

/**
 * An account at a provider that is linked to one here. Identified by issuer and subject, never by e-mail. Stores no
 * token.
 */
@Entity('linked_accounts')
@Unique('uq_linked_accounts_subject', ['issuer', 'subject'])
@Unique('uq_linked_accounts_provider', ['userId', 'providerId'])
export class LinkedAccount {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'pk_linked_accounts',
  })
  id!: number;

  /** Our account; a foreign key by name only (`fk_linked_accounts_user`). */
  @Column({ name: 'user_id', type: 'bigint' })
  userId!: number;

  @Column({ name: 'provider_id', type: 'text' })
  @Index('ix_linked_accounts_provider')
  providerId!: string;

  @ManyToOne(() => SignInProvider)
  @JoinColumn({ name: 'provider_id', foreignKeyConstraintName: 'fk_linked_accounts_provider' })
  provider!: Relation<SignInProvider>;

  @Column({ type: 'text' })
  issuer!: string;

  @Column({ type: 'text' })
  subject!: string;

  /** As the provider gave it when the account was linked; for display, never to find an account. */
  @Column({ type: 'text', nullable: true })
  email!: string | null;

  @Column({ name: 'display_name', type: 'text', nullable: true })
  displayName!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
