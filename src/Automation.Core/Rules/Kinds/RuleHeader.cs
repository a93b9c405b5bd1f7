using Automation.Core.Compilation.Form;

namespace Automation.Core.Rules;

/// <summary>What every kind of document has.</summary>
internal sealed record RuleHeader(string Id, string Name, bool Enabled, string? Description)
{
    public static readonly string[] Names = ["$schema", "kind", "id", "name", "enabled", "description"];

    /// <summary>The properties of <see cref="RunPolicy"/>.</summary>
    public static readonly string[] RunNames = ["priority", "mode", "maxRuns", "per", "cooldown"];

    /// <summary>Null when the id is missing or no slug.</summary>
    public static RuleHeader? Read(ReadContext context, ObjectReader reader)
    {
        string? id = reader.Require("id", "the rule") is { } node ? Values.Slug(context, node, "id") : null;
        string? name = reader.Text("name", 128);
        string? description = reader.Text("description", 4096);
        bool enabled = reader.Flag("enabled", true);
        return id is null ? null : new RuleHeader(id, name ?? id, enabled, description);
    }

    public static RunPolicy Run(ObjectReader reader)
    {
        int priority = reader.Whole("priority", -1000, 1000) ?? 0;
        int maxRuns = reader.Whole("maxRuns", 1, 100) ?? 10;
        TimeSpan cooldown = reader.Duration("cooldown", TimeSpan.Zero, TimeSpan.FromDays(7)) ?? TimeSpan.Zero;
        RunMode mode = reader.Choice("mode", ["single", "restart", "queued", "parallel"]) switch { "restart" => RunMode.Restart, "queued" => RunMode.Queued, "parallel" => RunMode.Parallel, _ => RunMode.Single };
        RunKey key = reader.Choice("per", ["device", "resource", "rule"]) switch { "resource" => RunKey.Resource, "rule" => RunKey.Rule, _ => RunKey.Device };
        return new RunPolicy { Priority = priority, Mode = mode, MaxRuns = maxRuns, Key = key, Cooldown = cooldown };
    }
}
