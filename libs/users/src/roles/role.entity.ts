import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A named bundle of permissions. System roles cannot be renamed or removed. */
@Entity('roles')
@Check('ck_roles_name', 'char_length(name) BETWEEN 1 AND 64')
@Index('uq_roles_name', { synchronize: false })
export class Role {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'pk_roles',
  })
  id!: number;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @Column({ name: 'is_system', type: 'boolean', default: false })
  isSystem!: boolean;

  /** Members without a second factor cannot sign in. */
  @Column({ name: 'requires_2fa', type: 'boolean', default: false })
  requiresTwoFactor!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
