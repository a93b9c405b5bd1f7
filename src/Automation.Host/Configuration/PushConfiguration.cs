using System.Net;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Devices;

namespace Automation.Host.Configuration;

/// <summary>The push endpoint as it was configured.</summary>
internal sealed record PushConfiguration(int Port, string Address, string? User, string? PasswordEnv, string? Secret)
{
    public static PushConfiguration Map(JsonElement push) => new(
        push.GetProperty("port").GetInt32(),
        Text(push, "address") ?? "127.0.0.1",
        Text(push, "user"),
        Text(push, "passwordEnv"),
        push.TryGetProperty("password", out JsonElement password) ? Text(password, "secret") : null);

    /// <exception cref="StartRefusedException">The address is none, or the password is not there.</exception>
    public PushSettings ToSettings(string file, Func<string, string?> environment, Func<string, Secret?> secrets)
    {
        if (!IPAddress.TryParse(Address, out IPAddress? address)) throw new StartRefusedException($"{file}: 'push' listens on an IP address, which '{Address}' is not: write \"0.0.0.0\" for all, or one of this machine");
        if (User is null) return new PushSettings(new IPEndPoint(address, Port), null, Core.Model.Secret.None);
        Secret value = Secret is { } name
            ? secrets(name) ?? throw new StartRefusedException($"{file}: no secret '{name}' is kept for 'push': run 'automation secret set {name}'")
            : BrokerConfiguration.Password(file, PasswordEnv!, environment);
        return new PushSettings(new IPEndPoint(address, Port), User, value);
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
