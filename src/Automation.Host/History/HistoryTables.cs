using Automation.Host.Storage.Sql;

namespace Automation.Host.History;

/// <summary>The tables of the history.</summary>
internal static class HistoryTables
{
    public static SqlPart Part { get; } = new(
        "history",
        // The key is the order of time within a site. A device and a rule belong to one site, so their indexes need not name it.
        """
        CREATE TABLE history (
            site {text} NOT NULL, sequence BIGINT NOT NULL, number BIGINT NOT NULL, kind BIGINT NOT NULL, at BIGINT NOT NULL, cause BIGINT NOT NULL,
            device {text}, resource {text}, type {text} NOT NULL, rule {text}, detail TEXT NOT NULL,
            PRIMARY KEY (site, sequence, number)) {keyed};
        CREATE INDEX history_device ON history (device, sequence, number) WHERE device IS NOT NULL;
        CREATE INDEX history_rule ON history (rule, sequence, number) WHERE rule IS NOT NULL;
        CREATE INDEX history_kind ON history (site, kind, sequence, number);
        CREATE INDEX history_type ON history (site, type, sequence, number);
        CREATE TABLE history_hours (
            site {text} NOT NULL, hour BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, entries BIGINT NOT NULL, bytes BIGINT NOT NULL,
            PRIMARY KEY (site, hour)) {keyed};
        CREATE TABLE samples (
            resource {text} NOT NULL, property {text} NOT NULL, minute BIGINT NOT NULL,
            low DOUBLE PRECISION NOT NULL, high DOUBLE PRECISION NOT NULL, last DOUBLE PRECISION NOT NULL, changes BIGINT NOT NULL,
            PRIMARY KEY (resource, property, minute)) {keyed};
        CREATE INDEX samples_minute ON samples (minute);
        """);
}
