namespace Automation.Host.Storage.Sql;

/// <summary>The tables of <see cref="SqlHostStore"/>.</summary>
internal static class HostTables
{
    public static SqlPart Part { get; } = new(
        "host",
        """
        CREATE TABLE rule_toggles (rule {text} PRIMARY KEY, enabled BIGINT NOT NULL, changed_at BIGINT NOT NULL) {keyed};
        CREATE TABLE outbox (
            position {identity},
            id {text} NOT NULL UNIQUE,
            site {text} NOT NULL, sequence BIGINT NOT NULL, number BIGINT NOT NULL,
            rule TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, parameters TEXT NOT NULL, caller_transaction TEXT,
            at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
            state BIGINT NOT NULL, attempts BIGINT NOT NULL,
            reason TEXT, retry_safe BIGINT, device_status TEXT, finished_at BIGINT, told BIGINT NOT NULL DEFAULT 0);
        CREATE INDEX outbox_open ON outbox (position) WHERE finished_at IS NULL;
        CREATE INDEX outbox_untold ON outbox (position) WHERE finished_at IS NOT NULL AND told = 0;
        CREATE INDEX outbox_finished ON outbox (finished_at) WHERE finished_at IS NOT NULL;
        """)
    {
        Salvaged = ["rule_toggles", "outbox"],
    };
}
