using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Hub.Commands;

namespace Automation.Host.Configuration;

/// <summary>The alarm code as it was configured: where it is kept, and for what it is asked.</summary>
internal sealed record AlarmCodeConfiguration(string? CodeEnv, string? Secret, bool Arming)
{
    /// <summary>Shorter ones are guessed.</summary>
    private const int MinimumLength = 4;

    private const int MaximumLength = 32;

    public static AlarmCodeConfiguration Map(JsonElement code) => new(
        code.TryGetProperty("codeEnv", out JsonElement name) ? name.GetString() : null,
        code.TryGetProperty("code", out JsonElement kept) ? kept.GetProperty("secret").GetString() : null,
        code.TryGetProperty("arming", out JsonElement arming) && arming.GetBoolean());

    /// <exception cref="StartRefusedException">The code is not there, or is none.</exception>
    public AlarmCodeSettings ToSettings(string file, Func<string, string?> environment, Func<string, Secret?> secrets)
    {
        Secret code = Secret is { } name
            ? secrets(name) ?? throw new StartRefusedException($"{file}: no secret '{name}' is kept for 'alarmCode': run 'automation secret set {name}'")
            : environment(CodeEnv!) is { Length: > 0 } value ? new Secret(value) : throw new StartRefusedException($"{file}: the environment variable {CodeEnv} of 'alarmCode' is not set: set it to the code");
        int length = code.Reveal().Length;
        if (length is < MinimumLength or > MaximumLength) throw new StartRefusedException($"{file}: the alarm code has {length} characters: give it {MinimumLength} to {MaximumLength}");
        return new AlarmCodeSettings(code, Arming);
    }
}
