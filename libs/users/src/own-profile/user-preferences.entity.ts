import { Check, Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { User } from '../user.entity.js';

/** What a person prefers. No row = the defaults. */
@Entity('user_preferences')
@Check('ck_user_preferences_theme', `"theme" IN ('system', 'light', 'dark')`)
export class UserPreferences {
  @PrimaryColumn({ name: 'user_id', type: 'bigint', primaryKeyConstraintName: 'pk_user_preferences' })
  userId!: number;

  @Column({ type: 'text', default: 'system' })
  theme!: string;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;

  @OneToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_user_preferences_user' })
  user!: Relation<User>;
}
