import { Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Role } from './role.entity.js';
import { User } from '../user.entity.js';

/** Membership of an account in a role. */
@Entity('user_roles')
export class UserRole {
  @PrimaryColumn({ name: 'user_id', type: 'bigint', primaryKeyConstraintName: 'pk_user_roles' })
  userId!: number;

  @PrimaryColumn({ name: 'role_id', type: 'bigint', primaryKeyConstraintName: 'pk_user_roles' })
  @Index('ix_user_roles_role')
  roleId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_user_roles_user' })
  user!: Relation<User>;

  @ManyToOne(() => Role, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'role_id', foreignKeyConstraintName: 'fk_user_roles_role' })
  role!: Relation<Role>;
}

/** One permission that a role grants. */
@Entity('role_permissions')
export class RolePermission {
  @PrimaryColumn({ name: 'role_id', type: 'bigint', primaryKeyConstraintName: 'pk_role_permissions' })
  roleId!: number;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_role_permissions' })
  permission!: string;

  @ManyToOne(() => Role, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'role_id', foreignKeyConstraintName: 'fk_role_permissions_role' })
  role!: Relation<Role>;
}

/** Access of a role to one app; `*` means all of them. */
@Entity('role_app_permissions')
export class RoleAppPermission {
  @PrimaryColumn({ name: 'role_id', type: 'bigint', primaryKeyConstraintName: 'pk_role_app_permissions' })
  roleId!: number;

  @PrimaryColumn({ name: 'app_name', type: 'text', primaryKeyConstraintName: 'pk_role_app_permissions' })
  appName!: string;

  @ManyToOne(() => Role, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'role_id', foreignKeyConstraintName: 'fk_role_app_permissions_role' })
  role!: Relation<Role>;
}
