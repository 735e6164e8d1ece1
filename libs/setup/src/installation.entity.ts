import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row about this installation. A trigger keeps `completedAt` once it is set. */
@Entity('installation')
@Check('ck_installation_one_row', 'id = 1')
export class InstallationRow {
  @PrimaryColumn({ type: 'smallint', default: 1, primaryKeyConstraintName: 'pk_installation' })
  id!: number;

  /** Makes the setup token of this installation differ from that of every other one. */
  @Column({ name: 'setup_nonce', type: 'text', default: () => '(gen_random_uuid())' })
  setupNonce!: string;

  @Column({ name: 'server_name', type: 'text', nullable: true })
  serverName!: string | null;

  @Column({ name: 'storage_path', type: 'text', nullable: true })
  storagePath!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  /** When the first administrator was made; `null` = the setup is open. */
  @Column({ name: 'completed_at', type: 'timestamptz', nullable: true })
  completedAt!: Date | null;
}

/** Name and storage path, once both are saved. */
export function serverOf({ serverName, storagePath }: InstallationRow): { name: string; storage_path: string } | null {
  return serverName === null || storagePath === null ? null : { name: serverName, storage_path: storagePath };
}
