-- After a dump was read into another server. Entries of the audit log carry the number of the transaction that wrote them,
-- and these numbers belong to one server (docs/adr/0014): they are reset. The totals are counted again; other readers of
-- the log continue after its last entry, so that nobody is notified of old events again.
BEGIN;
UPDATE audit_logs SET written_by = '0';
UPDATE audit_cursors
  SET written_by = '0', id = CASE name WHEN 'totals' THEN 0 ELSE (SELECT coalesce(max(id), 0) FROM audit_logs) END;
TRUNCATE audit_daily_totals, audit_action_totals;
-- Days that are over but not sealed yet waited for a transaction of the other server.
UPDATE audit_seals SET closing_transaction = pg_current_xact_id() WHERE seal IS NULL;
COMMIT;
ANALYZE;
