namespace Automation.Host.Storage.Sql;

/// <summary>The tables of <see cref="SqlHostStore"/>.</summary>
internal static class HostTables
{
    public static SqlPart Part { get; } = new(
        "host",
        """
        CREATE TABLE rule_toggles (rule {text} PRIMARY KEY, enabled BIGINT NOT NULL, changed_at BIGINT NOT NULL) {keyed};
        CREATE TABLE sequences (site {text} PRIMARY KEY, next BIGINT NOT NULL) {keyed};
        CREATE TABLE rule_statistics (rule {text} PRIMARY KEY, firings BIGINT NOT NULL, last_fired BIGINT) {keyed};
        CREATE TABLE snapshots (site {text} PRIMARY KEY, at BIGINT NOT NULL, program TEXT NOT NULL, bytes {bytes} NOT NULL);
        CREATE TABLE outbox (
            position {identity},
            id {text} NOT NULL UNIQUE,
            site {text} NOT NULL, sequence BIGINT NOT NULL, number BIGINT NOT NULL,
            rule TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, parameters TEXT NOT NULL,
            at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
            state BIGINT NOT NULL, attempts BIGINT NOT NULL,
            reason TEXT, retry_safe BIGINT, device_status TEXT, finished_at BIGINT);
        CREATE INDEX outbox_open ON outbox (position) WHERE finished_at IS NULL;
        CREATE INDEX outbox_finished ON outbox (finished_at) WHERE finished_at IS NOT NULL;
        """)
    {
        Salvaged = ["rule_toggles", "sequences", "snapshots", "outbox"],
    };
}
