using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Automation.Simulator.Stories;

/// <summary>One small thing that happens: orders to devices, each after a pause.</summary>
internal sealed record Scene(string Name, ImmutableArray<Scene.Step> Steps)
{
    /// <param name="After">From the step before, or from the beginning of the scene.</param>
    internal sealed record Step(TimeSpan After, JsonObject Order);
}

/// <summary>Writes a scene down.</summary>
internal sealed class SceneWriter(string name)
{
    private readonly ImmutableArray<Scene.Step>.Builder _steps = ImmutableArray.CreateBuilder<Scene.Step>();

    public SceneWriter After(double seconds, string? device, string happens, params ReadOnlySpan<(string Key, JsonNode? Value)> more)
    {
        // A site without such a device plays the rest of the scene.
        if (device is null) return this;
        var order = new JsonObject { ["device"] = device, ["event"] = happens };
        foreach ((string key, JsonNode? value) in more) order[key] = value;
        _steps.Add(new(TimeSpan.FromSeconds(seconds), order));
        return this;
    }

    public Scene Done() => new(name, _steps.ToImmutable());
}
