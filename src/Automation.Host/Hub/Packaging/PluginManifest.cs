using System.Text.Json;
using Automation.Host.Configuration;

namespace Automation.Host.Hub.Packaging;

/// <summary>What <c>plugin.manifest.json</c> says, as far as packages are made of it (HUB-1). The file is the one source; it comes with the program.</summary>
internal sealed record PluginManifest
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Description { get; init; }

    /// <summary>The program's file name.</summary>
    public required string Program { get; init; }

    /// <summary>With <c>${config}</c> and <c>${data}</c> in them.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Version of the ASP.NET Core runtime, e.g. <c>10.0</c>.</summary>
    public required string Runtime { get; init; }

    public required string StopSignal { get; init; }

    public required int StopSeconds { get; init; }

    public required int HealthPort { get; init; }

    public required string HealthPath { get; init; }

    public required IReadOnlyList<(int Port, string For)> Ports { get; init; }

    public static PluginManifest Shipped { get; } = Read(EmbeddedSchemas.Manifest());

    public static PluginManifest Read(JsonElement root)
    {
        JsonElement start = root.GetProperty("start");
        JsonElement stop = root.GetProperty("stop");
        JsonElement health = root.GetProperty("health").GetProperty("http");
        return new PluginManifest
        {
            Id = Text(root, "id"),
            Name = Text(root, "name"),
            Version = Text(root, "version"),
            Description = Text(root, "description"),
            Program = Text(start, "program"),
            Arguments = [.. start.GetProperty("arguments").EnumerateArray().Select(a => a.GetString()!)],
            Runtime = Text(start.GetProperty("runtime"), "version"),
            StopSignal = Text(stop, "signal"),
            StopSeconds = stop.GetProperty("withinSeconds").GetInt32(),
            HealthPort = health.GetProperty("port").GetInt32(),
            HealthPath = Text(health, "path"),
            Ports = [.. root.GetProperty("permissions").GetProperty("network").GetProperty("listen").EnumerateArray().Select(l => (l.GetProperty("port").GetInt32(), Text(l, "for")))],
        };
    }

    /// <summary>The command line, with the paths put in.</summary>
    public string CommandLine(string folder, string config, string data) =>
        string.Join(' ', Arguments.Select(a => a.Replace("${config}", config, StringComparison.Ordinal).Replace("${data}", data, StringComparison.Ordinal)).Prepend(folder + Program));

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
