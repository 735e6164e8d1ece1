import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('system_settings')
@Check('ck_system_settings_key', 'char_length(key) BETWEEN 1 AND 64')
export class SystemSetting {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_system_settings' })
  key!: string;

  @Column({ type: 'text' })
  value!: string;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}
